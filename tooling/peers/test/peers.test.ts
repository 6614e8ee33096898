import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { examine } from "../examine.ts";
import { official, officialVersion, ours } from "../savers.ts";
import { documentOf } from "../table.ts";

/** What LangGraph.js's MemorySaver does not do, each confirmed by reading it. */
const KNOWN: readonly string[] = [
];

describe("the conformance suite on savers in use", async () => {
  const reports = [await examine(ours), await examine(official)];

  it("finds the known defects of LangGraph.js's MemorySaver, and no others", () => {
    const failed = reports[1]?.clauses.filter(({ status }) => status === "failed");
    expect(failed?.map(({ id }) => id)).toEqual(KNOWN);
  });

  it("is what docs/peers.md tells", async () => {
    const document = await readFile(new URL("../../../docs/peers.md", import.meta.url), "utf8");
    expect(document, "run `pnpm --filter @threadmark/peers generate`").toBe(
      documentOf(reports, await officialVersion()),
    );
  });
});
