/** Random numbers that a seed repeats. */
export interface Random {
  /** An integer from 0 up to, but without, `bound`. */
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
  shuffle<T>(items: readonly T[]): T[];
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32: small, and good enough to choose test cases.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  function below(bound: number): number {
    return Math.floor(next() * bound);
  }
  return {
    below,
    pick<T>(items: readonly T[]): T {
      return items[below(items.length)] as T;
    },
    chance(probability: number): boolean {
      return next() < probability;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const left = [...items];
      const shuffled: T[] = [];
      while (left.length > 0) shuffled.push(...left.splice(below(left.length), 1));
      return shuffled;
    },
  };
}

/** The items in another order: every index below the factorial of their number gives its own. */
export function permutation<T>(items: readonly T[], index: number): T[] {
  const left = [...items];
  const permuted: T[] = [];
  let rest = index;
  while (left.length > 0) {
    permuted.push(...left.splice(rest % left.length, 1));
    rest = Math.floor(rest / (left.length + 1));
  }
  return permuted;
}
