import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { compare } from "../src/comparison.ts";
import { DATABASES } from "../src/databases.ts";
import { comparisonTable } from "../src/pages/comparison-table.ts";
import { fileOf, pages } from "../src/pages/pages.ts";
import { withPart } from "../src/pages/readme.ts";
import { readResults, type Cost, type Results } from "../src/results.ts";

/** Without what the formatter adds. */
function plain(text: string): string {
  return text.replaceAll(/-{3,}/g, "---").replaceAll(/[ \n]+/g, " ");
}

describe("the pages and READMEs", () => {
  it("say what was measured", async () => {
    const made = await pages();
    expect(made.size).toBeGreaterThan(10);
    for (const [name, text] of made) {
      const found = await readFile(fileOf(name), "utf8");
      expect(plain(found), `${name} is made by \`npm run bench\``).toBe(plain(text));
    }
  });

  it("miss no number", async () => {
    const made = [...(await pages())].filter(([name]) => name.startsWith("docs/"));
    for (const [, text] of made) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it("mark every row in which ours needs more, with a reason", async () => {
    const page = await readFile(fileOf("docs/benchmarks.md"), "utf8");
    for (const { id } of DATABASES) {
      const results = await readResults(id, "main");
      for (const row of results!.rows) {
        const lines = page.slice(page.indexOf(`[All numbers](benchmarks-${id}.md)`)).split("\n");
        const found = lines.find((one) => one.startsWith(`| ${row.title} `));
        expect(found?.includes("▼"), `${id}: ${row.title}`).toBe(compare(row).cpu < 1);
      }
    }
  });
});

function cost(contestant: string, factor: number): Cost {
  return {
    contestant,
    wall: [10 * factor, 20 * factor],
    client: [5 * factor, 6 * factor],
    server: [5 * factor, 4 * factor],
    roundTrips: 10 * factor,
    wire: 1e6 * factor,
    log: undefined,
    stored: [1e6 * factor],
    peak: 1e8,
  };
}

describe("a table", () => {
  const [postgres] = DATABASES;
  const results = (factor: number): Results => ({
    database: "postgres",
    table: "main",
    machine: undefined as never,
    rows: [{ scenario: "chat-50", title: "A chat", costs: [cost("ours", 1), cost("official", factor)] }],
  });

  it("has the median of the ratios, and the lowest and highest", () => {
    expect(comparisonTable(postgres!, results(2))).toContain(
      "| A chat | **2.00 ×** | 2.00 – 2.00 | 2.00 × | 2.00 × | 2.00 × | 2.00 × | 10 ms, 20 ms |",
    );
  });

  it("marks what is slower, and says why", () => {
    const table = comparisonTable(postgres!, results(0.5));
    expect(table).toContain("**0.50 ×** ▼");
    expect(table).toMatch(/\n▼ LangGraph\.js's saver/);
  });

  it("gets between the marks of a README, and nowhere else", () => {
    const text = "# A\n<!-- benchmark x -->old<!-- end of benchmark -->\nend";
    const updated = withPart(text, "x", "new");
    expect(updated).toBe("# A\n<!-- benchmark x -->\n\nnew\n\n<!-- end of benchmark -->\nend");
    expect(withPart(updated, "x", "new")).toBe(updated);
    expect(withPart(text, "y", "new")).toBe(text);
    expect(() => withPart("<!-- benchmark x -->", "x", "new")).toThrow("end of benchmark");
  });
});
