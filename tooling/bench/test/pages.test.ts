import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { DATABASES } from "../src/databases.ts";
import { SCENARIOS } from "../src/scenarios.ts";

const read = (file: string) => readFile(new URL(`../../../${file}`, import.meta.url), "utf8");

/** The cells of the tables in a page of Markdown, head and line below it left out. */
function rowsOf(page: string): string[][] {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  return lines
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells, i) => !isRule(cells) && !isRule(lines[i + 1]?.split("|").slice(1, -1) ?? []));
}

function isRule(cells: readonly string[]): boolean {
  return cells.length > 0 && cells.every((cell) => /^\s*-+\s*$/.test(cell));
}

const NUMBER = /^\d+(\.\d+)?( (s|ms|MB|×))?$/;

describe.each(DATABASES.map(({ id }) => id))("the page of %s", (id) => {
  it("has a row for every scenario and saver, and their ratio", async () => {
    const rows = rowsOf(await read(`docs/benchmarks-${id}.md`));
    for (const { name } of SCENARIOS) {
      const savers = rows.filter(([scenario]) => scenario === name).map(([, saver]) => saver);
      expect(savers.length).toBeGreaterThanOrEqual(3);
      expect(savers[0]).toBe(`@threadmark/${id}`);
      expect(savers.at(-1)).toBe("**ratio**");
    }
  });

  it("misses no number", async () => {
    const page = await read(`docs/benchmarks-${id}.md`);
    const comparisons = rowsOf(page).filter(([name]) => SCENARIOS.some((scenario) => scenario.name === name));
    expect(comparisons.length).toBeGreaterThanOrEqual(3 * SCENARIOS.length);
    for (const [, , ...numbers] of comparisons) {
      expect(numbers.length).toBeGreaterThanOrEqual(4);
      for (const number of numbers) expect(number).toMatch(NUMBER);
    }
    for (const [, ...numbers] of rowsOf(page).filter(
      (row) => !comparisons.some((one) => one[0] === row[0]),
    )) {
      for (const number of numbers) expect(number).toMatch(NUMBER);
    }
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it("has a chart, which the root README shows", async () => {
    const file = `docs/benchmarks-${id}.svg`;
    const chart = await read(file);
    expect(chart).toMatch(/^<svg /);
    expect(chart).toContain(`@threadmark/${id}`);
    expect(chart).toContain("text of the conversation");
    expect(await read("README.md")).toContain(`(${file})`);
  });
});
