/** The middle one; between two, their mean. */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError("no numbers have no median");
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times as much the second series is as the first, run by run. */
export function ratios(first: readonly number[], second: readonly number[]): number[] {
  return first.map((number, i) => second[i]! / number);
}
