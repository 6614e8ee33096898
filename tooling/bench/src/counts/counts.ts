import { readFile, writeFile } from "node:fs/promises";

const FILE = new URL("../../counts.json", import.meta.url);

/** Counted things by name: the same on every machine, however busy it is. */
export type Counts = Readonly<Record<string, number>>;

/** Counts of all databases, by id. */
export type AllCounts = Readonly<Record<string, Counts>>;

/** By how much a count may exceed what is recorded: ids and times make some bytes differ from run to run. */
const TOLERANCES: readonly (readonly [RegExp, number])[] = [
  [/bytes/, 0.03],
  [/allocated/, 0.15],
];

/** The counts that are higher than recorded, or that were never recorded, in words. */
export function exceeding(counts: Counts, recorded: Counts): string[] {
  return Object.entries(counts).flatMap(([name, count]) => {
    const limit = recorded[name];
    if (limit === undefined) return [`${name}: ${count}, not recorded`];
    const tolerance = TOLERANCES.find(([pattern]) => pattern.test(name))?.[1] ?? 0;
    return count > limit * (1 + tolerance) ? [`${name}: ${count} instead of ${limit}`] : [];
  });
}

export async function readCounts(): Promise<AllCounts> {
  return JSON.parse(await readFile(FILE, "utf8")) as AllCounts;
}

export async function writeCounts(counts: AllCounts): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(counts, undefined, 2)}\n`);
}
