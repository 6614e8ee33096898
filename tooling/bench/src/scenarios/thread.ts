/** A thread id of the usual length that no other run uses. */
export function threadOf(round: number, index: number): string {
  return `6b7f0c1e-93d4-4c55-${round.toString(16).padStart(4, "0")}-${index.toString(16).padStart(12, "0")}`;
}

/** The first threads of a run. */
export function threadsOf(round: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => threadOf(round, i));
}

/** The config of the newest checkpoint of a thread. */
export function configOf(thread: string) {
  return { configurable: { thread_id: thread, checkpoint_ns: "" } };
}

/** Does it for the numbers below `count`, at most `atOnce` at a time. */
export async function each(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, worker));
}
