import { describe, expect, it } from "vitest";
import { chartOf } from "../src/chart.ts";
import { compareAll } from "../src/compare.ts";
import type { Contestant, Saver } from "../src/contestant.ts";
import { pageOf, type Results } from "../src/page.ts";
import { type Scenario, TURNS } from "../src/scenarios.ts";
import { summaryOf, withSummary } from "../src/summary.ts";

const DATABASE = {
  id: "x",
  subject: "@threadmark/x",
  server: "X 1",
  stores: ["data", "disk"],
  trips: "commands",
  remarks: "Remarks.",
};

const scenarios = TURNS.map((turns): Scenario => {
  return {
    name: `chat of ${turns} turns`,
    connections: 1,
    turns,
    prepare: async () => {},
    run: async () => {},
  };
});

/** Takes `factor` times as much of everything as its scenario has turns. */
function results(): Results {
  const costs = scenarios.flatMap(({ name, turns }) =>
    [1, 10].map((factor) => ({
      scenario: name,
      turns,
      contestant: factor === 1 ? "ours" : "other",
      milliseconds: factor * turns!,
      roundTrips: factor * turns!,
      wire: factor * turns! * 1000,
      stored: [factor * turns! * 1000, factor * turns! * 2000],
    })),
  );
  return { database: DATABASE, contestants: ["ours", "other"], costs, details: "" };
}

describe("a report", () => {
  it("has a table with every number and the ratios", () => {
    const page = pageOf(results());
    expect(page).toContain("| scenario | saver | time | commands | wire | data | disk |");
    expect(page).toContain("| chat of 1000 turns | ours | 1.00 s | 1000 | 1.00 MB | 1.00 MB | 2.00 MB |");
    expect(page).toContain("| chat of 1000 turns | **ratio** | 10.0 × | 10.0 × | 10.0 × | 10.0 × | 10.0 × |");
  });

  it("is not made when something was not measured", () => {
    const { costs, ...rest } = results();
    expect(() => pageOf({ ...rest, costs: costs.slice(1) })).toThrow("was not measured");
  });

  it("has the same chart for the same numbers", () => {
    const first = chartOf(results());
    expect(chartOf(results())).toBe(first);
    for (const text of ["ours", "other", "10.00 MB", "text of the conversation"])
      expect(first).toContain(text);
  });

  it("puts its summary between the marks of a README, and nowhere else", () => {
    const text = "# A\n<!-- benchmark x -->old<!-- end of benchmark -->\nend";
    const summary = summaryOf(results());
    expect(summary).toMatch(/10\.0 times\s+as long/);
    const updated = withSummary(text, "x", summary);
    expect(updated).toBe(`# A\n<!-- benchmark x -->\n\n${summary}\n\n<!-- end of benchmark -->\nend`);
    expect(withSummary(updated, "x", summary)).toBe(updated);
    expect(withSummary(text, "y", summary)).toBe(text);
    expect(() => withSummary("<!-- benchmark x -->", "x", summary)).toThrow("end of benchmark");
  });
});

describe("a comparison", () => {
  it("counts what a scenario costs, without its preparation, and closes every place", async () => {
    let open = 0;
    const contestant = (name: string): Contestant => ({
      name,
      async open() {
        open++;
        let roundTrips = 0;
        const saver = { getTuple: async () => void roundTrips++ } as unknown as Saver;
        return {
          saver,
          reopen: async () => saver,
          traffic: async () => ({ roundTrips, wire: 10 * roundTrips }),
          stored: async () => [roundTrips],
          async [Symbol.asyncDispose]() {
            open--;
          },
        };
      },
    });
    const call = (saver: Saver) => saver.getTuple({ configurable: {} });
    const scenario: Scenario = {
      ...scenarios[0]!,
      prepare: async (saver) => void (await call(saver)),
      async run(saver, reopen) {
        await call(saver);
        await call(await reopen());
      },
    };
    const contestants = [contestant("a"), contestant("b")];
    const costs = await compareAll({ contestants, server: "X" }, [scenario], () => {});
    expect(
      costs.map(({ contestant: name, roundTrips, wire, stored }) => [name, roundTrips, wire, stored]),
    ).toEqual([
      ["a", 2, 20, [3]],
      ["b", 2, 20, [3]],
    ]);
    expect(open).toBe(0);
  });
});
