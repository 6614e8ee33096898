/** The parts of a driver's error that do not repeat what is stored. Everything else is removed. */
const HARMLESS = new Set<PropertyKey>([
  "address",
  "beforeHandshake",
  "cause",
  "code",
  "codeName",
  "connectionGeneration",
  "errno",
  "errorLabelSet",
  "hostname",
  "index",
  "message",
  "name",
  "ok",
  "port",
  "reason",
  "stack",
  "syscall",
]);

/**
 * A driver's error without what the server put into it: keys that already existed, documents that were refused, the
 * statement that failed, the command that was forbidden. Applications log errors, and these are values of their
 * users.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { writeErrors, cause } = error as Error & { writeErrors?: unknown };
  withoutValues(cause);
  if (!isOfServer(error)) return error;
  for (const key of Reflect.ownKeys(error)) {
    if (typeof key === "string" && !HARMLESS.has(key)) Reflect.deleteProperty(error, key);
  }
  const plain = plainText(error.message);
  const stack = (error.stack ?? "").replace(error.message, () => plain);
  define(error, "message", plain);
  define(error, "stack", stack);
  if (writeErrors !== undefined) {
    define(error, "writeErrors", placesOf(writeErrors));
    // The getters of a bulk error read their counts from it.
    define(error, "result", {});
  }
  return error;
}

/** Whether an error is the server's: those contain its answer. */
function isOfServer(error: Error): boolean {
  return "errorResponse" in error || "writeErrors" in error || "writeConcernError" in error;
}

/** The server quotes values in braces and quotation marks. */
function plainText(message: string): string {
  const quoted = message.search(/[{["]|\s'/);
  return quoted === -1 ? message : `${message.slice(0, quoted)}…`;
}

function placesOf(writeErrors: unknown): { readonly index: unknown; readonly code: unknown }[] {
  const all = [writeErrors].flat() as { readonly index?: unknown; readonly code?: unknown }[];
  return all.map(({ index, code }) => ({ index, code }));
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true });
}
