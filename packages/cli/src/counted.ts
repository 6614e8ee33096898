/** A number with its noun: `"1 thread"`, `"2 threads"`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
