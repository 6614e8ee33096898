/**
 * Fields that say what failed and where. Other fields of drivers' errors hold passwords, URLs and values that were
 * sent.
 */
const TOLD = ["code", "errno", "syscall", "address", "port"] as const;
const URL_LIKE = /\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi;
/** Redis repeats the arguments of a command that it does not know. */
const ARGUMENTS = /,? with args beginning with:[^]*/;
const DEEPEST = 5;

/**
 * A driver's error without what must not get into a log. ioredis attaches the command to its errors, including the
 * password of `AUTH` and stored values, and Node attaches the URL that it could not read.
 */
export function withoutSecrets(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > DEEPEST) return undefined;
  const inside = (given: unknown): unknown => withoutSecrets(given, depth + 1);
  const { errors, lastNodeError, previousErrors, cause } = error as DriverError;
  const others = [errors, previousErrors].find(Array.isArray) ?? [];
  const causes = [cause, lastNodeError, ...others].map(inside).filter((one) => one !== undefined);
  const message = textOf(error, causes[0]);
  const clean = new Error(message, causes.length > 0 ? { cause: causes[0] } : undefined);
  clean.name = error.name;
  const frames = /(?:^ +at .*\n?)+/m.exec(error.stack ?? "")?.[0] ?? "";
  clean.stack = `${error.name}: ${message}\n${withoutUrls(frames)}`.trimEnd();
  for (const field of TOLD) {
    const value = (error as unknown as Record<string, unknown>)[field];
    if (typeof value === "string" || typeof value === "number") Object.assign(clean, { [field]: value });
  }
  return clean;
}

interface DriverError {
  readonly errors?: unknown;
  readonly lastNodeError?: unknown;
  readonly previousErrors?: unknown;
  readonly cause?: unknown;
}

/** An error about several addresses of one name has no message, and neither do timeouts of node-redis. */
function textOf({ message }: Error, cause: unknown): string {
  if (message === "") return cause instanceof Error ? cause.message : "Command timed out";
  return withoutUrls(message).replace(ARGUMENTS, "");
}

function withoutUrls(text: string): string {
  return text.replaceAll(URL_LIKE, "(a URL)");
}
