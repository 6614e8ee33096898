/** Fields in which drivers hand back what was sent to them or what is stored. */
const REVEALING = [
  // `pg`: "Key (thread)=(…)", "Failing row contains (…)", the parameters that a server was told to report.
  ...["detail", "where", "internalQuery"],
  // PGlite: the statement with all its parameters.
  ...["query", "params", "queryOptions"],
  // Node: the URL that could not be read, with its password. The pool of `pg`: the client with all its options.
  ...["input", "client"],
];

/** Data exceptions and violated constraints, whose messages can end with the value: `invalid input syntax: "…"`. */
const WITH_VALUE = /^2[23]...$/;
const VALUE = /:\s*"[\s\S]*"$/;

/**
 * The error of a driver, without the values that it repeats: they would end up in logs. It stays the same object, with
 * its class, code and stack.
 */
export function withoutValues(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error;
  const fields = error as Record<string, unknown>;
  for (const name of REVEALING) {
    if (name in fields) Reflect.deleteProperty(fields, name);
  }
  if (error instanceof Error && typeof fields["code"] === "string" && WITH_VALUE.test(fields["code"])) {
    const { message, stack } = error;
    error.message = message.replace(VALUE, "");
    if (stack) error.stack = stack.replace(message, error.message);
  }
  return error;
}
