/** When and how often a task that failed is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first included. @default 3 */
  readonly maxAttempts?: number;
  /** Milliseconds before the second attempt. @default 500 */
  readonly initialInterval?: number;
  /** What the wait is multiplied by after each attempt. @default 2 */
  readonly backoffFactor?: number;
  /** The longest wait, in milliseconds. @default 128_000 */
  readonly maxInterval?: number;
  /** Adds up to a second, so that many tasks are not retried at the same moment. @default true */
  readonly jitter?: boolean;
  /** Whether an error is worth another attempt. @default neither aborts nor requests that were refused */
  readonly retryOn?: (error: unknown) => boolean;
}

/** Milliseconds to wait after this many attempts; `undefined` if the error is final. */
export function waitBeforeRetry(
  policy: RetryPolicy | undefined,
  attempts: number,
  error: unknown,
): number | undefined {
  if (!policy || attempts >= (policy.maxAttempts ?? 3)) return undefined;
  if (!(policy.retryOn ?? isWorthRetrying)(error)) return undefined;
  const grown = (policy.initialInterval ?? 500) * (policy.backoffFactor ?? 2) ** (attempts - 1);
  const wait = Math.min(policy.maxInterval ?? 128_000, grown);
  return (policy.jitter ?? true) ? wait + Math.random() * 1000 : wait;
}

const REFUSED = new Set([400, 401, 402, 403, 404, 405, 406, 407, 409]);

function isWorthRetrying(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return true;
  const { name, message, code, status, response, error: inner } = error as Record<string, unknown>;
  if (name === "AbortError" || name === "GraphValueError" || code === "ECONNABORTED") return false;
  if (typeof message === "string" && /^(?:Cancel|AbortError)/.test(message)) return false;
  const answered = (response as { status?: unknown } | undefined)?.status ?? status;
  if (REFUSED.has(Number(answered))) return false;
  return (inner as { code?: unknown } | undefined)?.code !== "insufficient_quota";
}
