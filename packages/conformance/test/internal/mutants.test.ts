import { clauses, verify, type Report, type Sizes } from "@threadmark/conformance";
import { describe, expect, it } from "vitest";
import { mutants } from "../mutants/index.ts";
import { openMutant, type Mutant } from "../mutants/mutant.ts";

/** Large enough for every clause to say what it says. */
const sizes: Sizes = {
  listing: 130,
  paging: 30,
  turns: 30,
  ancestors: 80,
  atOnce: 8,
  races: 4,
  largeValue: 20_000,
  depth: 20_000,
  patience: 600,
};

/** Clauses that wait, or that every mutant may fail. */
const SLOW = new Set(["ttl", "model"]);
/** With MUTANTS=all in the environment, every mutant meets every clause. */
const everyClause = process.env["MUTANTS"] === "all";

/** What a mutant that does not work as intended fails with, whatever the clause looks for. */
const MISHAP =
  /Cannot (redefine|delete) property|on proxy|has no errors with codes|storage: its checksum does not match/;

function groupOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

/** The clause that must fail, and others that may not: its neighbours, or all. */
function clausesFor(mutant: Mutant): string[] {
  return clauses
    .map(({ id }) => id)
    .filter((id) => {
      if (id === mutant.clause) return true;
      if (SLOW.has(groupOf(id))) return false;
      return everyClause || groupOf(id) === groupOf(mutant.clause);
    });
}

function run(mutant: Mutant, only: readonly string[]): Promise<Report> {
  return verify({
    name: mutant.name,
    run: "mutant",
    only,
    sizes,
    sequences: 30,
    everything: true,
    open: (options) => openMutant(mutant, options),
  });
}

describe("a saver that is broken on purpose", () => {
  it("exists for every clause", () => {
    const broken = new Set(mutants.map(({ clause }) => clause));
    const ids = clauses.map(({ id }) => id);
    expect(ids.filter((id) => !broken.has(id))).toEqual([]);
    expect([...broken].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("is the only reason to fail", async () => {
    const sound = { name: "not broken", clause: "" };
    const report = await run(
      sound,
      clauses.map(({ id }) => id),
    );
    expect(report.clauses.filter(({ status }) => status !== "passed")).toEqual([]);
  });

  it.each(mutants)("$clause notices: $name", async (mutant) => {
    const report = await run(mutant, clausesFor(mutant));
    const failed = report.clauses.filter(({ status }) => status !== "passed").map(({ id }) => id);
    const noticed = report.clauses.find(({ id }) => id === mutant.clause);
    expect(noticed).toMatchObject({ status: "failed", message: expect.not.stringMatching(MISHAP) });
    const others = failed.filter((id) => id !== mutant.clause);
    expect(others.slice(mutant.others ?? 3)).toEqual([]);
  });
});
