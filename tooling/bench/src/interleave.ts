import { markdownTable } from "./table.ts";

/** One way of doing something. */
export interface Work {
  readonly name: string;
  run(round: number): Promise<unknown>;
}

const WARM_UP = 50;

/**
 * Runs all works in turn, so that whatever else the machine does meets them alike, and returns the
 * milliseconds of each round, sorted.
 */
export async function interleave(works: readonly Work[], rounds: number): Promise<Map<string, number[]>> {
  const times = new Map(works.map(({ name }) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { name, run } of works) {
      const start = performance.now();
      await run(round + WARM_UP);
      if (round >= 0) times.get(name)!.push(performance.now() - start);
    }
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
}

/** A table of the works, each beside the first one. */
export function timesTable(title: string, times: ReadonlyMap<string, readonly number[]>): string {
  const medians = [...times].map(([name, list]) => ({ name, list, median: list[list.length >> 1]! }));
  const base = medians[0]!.median;
  const rows = medians.map(({ name, list, median }) => {
    const mean = list.reduce((sum, time) => sum + time, 0) / list.length;
    return [name, `${median.toFixed(2)} ms`, `${mean.toFixed(2)} ms`, `${(median / base).toFixed(1)} ×`];
  });
  return markdownTable([title, "median", "mean", "median / first"], rows);
}
