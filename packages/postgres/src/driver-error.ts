/**
 * Fields in which drivers return what was sent to them or what is stored.
 *
 * - `detail`, `where` and `internalQuery` from the server: "Key (thread)=(…)", "Failing row contains (…)", parameters.
 * - `query`, `params` and `queryOptions` from PGlite: the statement with all its parameters.
 * - `input` from Node.js: the URL that could not be read, with its password.
 * - `client` from the pool of `pg`: all its options.
 */
const REVEALING = ["detail", "where", "internalQuery", "query", "params", "queryOptions", "input", "client"];

/** Data exceptions and violated constraints, whose messages can end with the value: `invalid input syntax: "…"`. */
const WITH_VALUE = /^2[23]...$/;
const VALUE = /:\s*"[\s\S]*"$/;

/** How far the chain of causes is followed: it could lead back to the error. */
const MAX_DEPTH = 5;

/**
 * A driver's error and its causes, without the values that they repeat, which would end up in logs. It stays the same
 * object, with its class, code and stack.
 */
export function withoutValues(error: unknown, depth = 0): unknown {
  if (typeof error !== "object" || error === null) return error;
  const fields = error as Record<string, unknown>;
  for (const name of REVEALING) {
    if (name in fields) Reflect.deleteProperty(fields, name);
  }
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  if (depth < MAX_DEPTH) for (const one of [fields["cause"], ...inner]) withoutValues(one, depth + 1);
  if (error instanceof Error && typeof fields["code"] === "string" && WITH_VALUE.test(fields["code"])) {
    const { message, stack } = error;
    error.message = message.replace(VALUE, "");
    if (stack) error.stack = stack.replace(message, error.message);
  }
  return error;
}
