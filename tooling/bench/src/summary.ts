import { readdir, readFile, writeFile } from "node:fs/promises";
import { costOf, type Results } from "./page.ts";
import { TURNS } from "./scenarios.ts";

const ROOT = new URL("../../../", import.meta.url);

/** One line on the longest chat, for READMEs. */
export function summaryOf({ database, contestants, costs }: Results): string {
  const turns = Math.max(...TURNS);
  const scenario = `chat of ${turns} turns`;
  const [ours, other] = contestants.slice(0, 2).map((name) => costOf(costs, scenario, name));
  const times = (a: number, b: number) => (b / a).toFixed(b / a >= 20 ? 0 : 1);
  const stores = database.stores.map((name, i) => {
    return `${times(ours!.stored[i]!, other!.stored[i]!)} times the ${name}`;
  });
  const name = contestants[1]!.startsWith("@") ? `\`${contestants[1]}\`` : contestants[1];
  return `A chat of ${turns} turns of 1,000 characters: ${name} takes ${times(ours!.milliseconds, other!.milliseconds)} times
as long as ${database.subject}, ${times(ours!.roundTrips, other!.roundTrips)} times the ${database.trips}, ${times(ours!.wire, other!.wire)} times the bytes on the wire, and ${stores.join(" and ")}.`;
}

/** Writes it into every README that has a place for it. */
export async function updateReadmes(id: string, summary: string): Promise<void> {
  const packages = await readdir(new URL("packages/", ROOT));
  const files = ["README.md", ...packages.map((name) => `packages/${name}/README.md`)];
  for (const file of files) {
    const url = new URL(file, ROOT);
    const text = await readFile(url, "utf8").catch(() => "");
    const updated = withSummary(text, id, summary);
    if (updated !== text) await writeFile(url, updated);
  }
}

/** The text with another summary between the marks of a database. */
export function withSummary(text: string, id: string, summary: string): string {
  const begin = `<!-- benchmark ${id} -->`;
  const end = "<!-- end of benchmark -->";
  const start = text.indexOf(begin);
  if (start === -1) return text;
  const stop = text.indexOf(end, start);
  if (stop === -1) throw new Error(`${begin} has no ${end}`);
  return `${text.slice(0, start + begin.length)}\n\n${summary}\n\n${text.slice(stop)}`;
}
