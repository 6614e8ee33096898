interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly errorLabels?: unknown;
}

const LOST_NAMES = new Set(["MongoNetworkError", "MongoNetworkTimeoutError", "MongoPoolClearedError"]);

/** Codes of a server that is not the primary, not any more, or about to end. */
const LOST_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Codes of a command or stage that a service does not know. */
const UNSUPPORTED_CODES = new Set([59, 115, 238, 303, 304, 28769, 40324, 40602]);

/** Codes of an answer that became too large within the server. */
const TOO_LARGE_CODES = new Set([146, 4568, 10334, 17419, 17420, 40099]);

/** Whether the connection or the primary went away, so that nobody knows if the command was run. */
export function isConnectionLost(error: unknown): boolean {
  const { name, code } = failureOf(error);
  return LOST_NAMES.has(name as string) || LOST_CODES.has(code as number);
}

/** Whether a document with the key of an upsert is there and does not meet its filter. */
export function isDuplicateKey(error: unknown): boolean {
  return failureOf(error).code === 11000;
}

/** Which statement of a bulk met such a document. */
export function failedAt(error: unknown): number {
  const { writeErrors } = error as { writeErrors?: { index: number } | readonly { index: number }[] };
  return [writeErrors ?? []].flat()[0]?.index ?? 0;
}

export function isUnsupported(error: unknown): boolean {
  return UNSUPPORTED_CODES.has(failureOf(error).code as number);
}

export function isTooLarge(error: unknown): boolean {
  return TOO_LARGE_CODES.has(failureOf(error).code as number);
}

/** Whether a collection of that name was created meanwhile. */
export function isNamespaceExists(error: unknown): boolean {
  return failureOf(error).code === 48;
}

function failureOf(error: unknown): Failure {
  return (error ?? {}) as Failure;
}
