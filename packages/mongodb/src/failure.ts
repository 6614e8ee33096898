interface Failure {
  readonly code?: unknown;
}

/** Node's codes for a connection that ended; driver 7 lets some of them through as they are. */
const LOST_SOCKETS = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);

/** Codes of a server that is not the primary, no longer the primary, or shutting down. */
const LOST_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Codes of a command or stage that a service does not know. */
const UNSUPPORTED_CODES = new Set([59, 115, 238, 303, 304, 28769, 40324, 40602]);

/** Codes for an answer that became too large inside the server. */
const TOO_LARGE_CODES = new Set([146, 4568, 10334, 17419, 17420, 40099]);

/** Whether the connection or the primary was lost, so that nobody knows if the command was run. */
export function isConnectionLost(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code } = failureOf(error);
  // The driver's network errors have this field, and its bulk errors take over the fields of what they wrap.
  if ("beforeHandshake" in error) return true;
  return LOST_CODES.has(code as number) || LOST_SOCKETS.has(code as string);
}

/** Whether no server has answered. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionLost(error) || (error as Error | undefined)?.name === "MongoServerSelectionError";
}

/** Whether a document with the key of an upsert exists and does not match its filter. */
export function isDuplicateKey(error: unknown): boolean {
  return failureOf(error).code === 11000;
}

/** Whether an upsert that must find a document would have had to insert one; see `provenBlob`. */
export function isUnproven(error: unknown): boolean {
  return failureOf(error).code === 66;
}

/** The statement of a bulk that failed. */
export function failedAt(error: unknown): number {
  const { writeErrors } = error as { writeErrors?: { index: number } | readonly { index: number }[] };
  return [writeErrors ?? []].flat()[0]?.index ?? 0;
}

/** Whether an upsert that replaces elements of a list would have had to insert a document without that list. */
export function isMissingElement(error: unknown): boolean {
  return failureOf(error).code === 2;
}

export function isUnsupported(error: unknown): boolean {
  return UNSUPPORTED_CODES.has(failureOf(error).code as number);
}

export function isTooLarge(error: unknown): boolean {
  return TOO_LARGE_CODES.has(failureOf(error).code as number);
}

/** The first of the codes that name a place in the server's source, among them those of its expressions. */
const FIRST_PLACE = 14_000;

/** Whether an expression or an update met a value of a wrong type. */
export function isBadType(error: unknown): boolean {
  const { code } = failureOf(error);
  return code === 2 || code === 14 || (typeof code === "number" && code >= FIRST_PLACE);
}

/** Whether an index that was named cannot be used. */
export function isBadHint(error: unknown): boolean {
  return failureOf(error).code === 2;
}

/** Whether a collection of that name has been created in the meantime. */
export function isNamespaceExists(error: unknown): boolean {
  return failureOf(error).code === 48;
}

/** Whether the user lacks a privilege. */
export function isForbidden(error: unknown): boolean {
  return failureOf(error).code === 13;
}

function failureOf(error: unknown): Failure {
  return error ?? {};
}
