/** SQLSTATE of an error, or the code of Node.js. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

const LOST = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "57P01", "57P02", "57P03"]);
const LOST_MESSAGES = /^(connection terminated|client has encountered a connection error)/i;

/**
 * Whether the connection went away, so that nobody knows if the statement was run. `pg` has messages
 * and no codes for its own errors; class 08 is Postgres' and PgBouncer's.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (LOST.has(code) || /^08...$/.test(code)) return true;
  return code === "" && error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Whether the server chose this transaction to give way to another one, and undid it. */
export function isGivingWay(error: unknown): boolean {
  return codeOf(error) === "40001" || codeOf(error) === "40P01";
}

/** Whether a table or the schema is missing. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "42P01" || codeOf(error) === "3F000";
}
