/**
 * Aborts a controller when a signal aborts. `AbortSignal.any` forgets the reason of nested signals on
 * Node 24.
 *
 * @returns A function that ends this, so that a long-lived signal does not gather listeners.
 */
export function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (!signal) return () => {};
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}
