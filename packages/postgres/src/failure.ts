/** The SQLSTATE of an error, or its Node.js code. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

const LOST = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "57P01", "57P02", "57P03"]);
const LOST_MESSAGES = /^(connection terminated|client has encountered a connection error)/i;

/**
 * Whether the connection was lost, so that it is unknown whether the statement ran. `pg` has only messages, no codes,
 * for its own errors; class 08 comes from Postgres and PgBouncer.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (LOST.has(code) || /^08...$/.test(code)) return true;
  return code === "" && error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Whether the server rolled this transaction back in favour of another one. */
export function isGivingWay(error: unknown): boolean {
  return codeOf(error) === "40001" || codeOf(error) === "40P01";
}

/** Whether a table or the schema is missing. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "42P01" || codeOf(error) === "3F000";
}

/** Caused not by a row but by a parameter: text that a database with another encoding cannot store. */
const OF_PARAMETERS = new Set(["22001", "22021", "22P05"]);

/** Two rows under one key, a damaged page, a damaged index. */
const DAMAGE = new Set(["21000", "XX001", "XX002"]);

/**
 * Whether a statement found a row that it could not read (class 22), or the server found damage as above.
 */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return (/^22...$/.test(code) && !OF_PARAMETERS.has(code)) || DAMAGE.has(code);
}

const STATEMENT_LOST = /^prepared statement .* (already exists|does not exist)$/s;

/**
 * Whether a named statement could not be used: the session does not have it, has it already, or its result now has
 * other types. Some poolers report the first two cases without a code.
 */
export function isStatementLost(error: unknown): boolean {
  const { message, routine } = (error ?? {}) as { message?: unknown; routine?: unknown };
  if (codeOf(error) === "26000" || codeOf(error) === "42P05") return true;
  if (codeOf(error) === "0A000") return routine === "RevalidateCachedQuery";
  return typeof message === "string" && STATEMENT_LOST.test(message);
}
