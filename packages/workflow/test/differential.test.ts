import { getWriter as langGraphWriter } from "@langchain/langgraph";
import { MemorySaver } from "@threadmark/memory";
import { getWriter } from "@threadmark/workflow";
import { rounds } from "@threadmark/random-tests";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drive } from "./differential/drive.ts";
import { buildProgram, turns, type Turn } from "./differential/program.ts";
import { langgraph, threadmark } from "./runtimes.ts";

async function seenOn(
  side: "ours" | "theirs",
  program: readonly Turn[],
): Promise<{ log: string[]; seen: unknown[] }> {
  const log: string[] = [];
  const runtime = side === "ours" ? threadmark : langgraph;
  const writer = side === "ours" ? getWriter : () => langGraphWriter()!;
  const workflow = buildProgram(runtime, log, new MemorySaver(), writer);
  const seen = await drive(runtime, workflow, program);
  return { log: log.sort(), seen };
}

interface Round {
  readonly error: unknown;
  chunks: unknown[];
}

/** When a run fails, LangGraph.js shows the error first and forgets what was still to be shown. */
function dropLostChunks(ours: unknown[], theirs: unknown[]): void {
  for (const [i, round] of (theirs as (Round | null)[]).entries()) {
    if (!round?.error) continue;
    const shown = (ours[i] as Round).chunks.map((chunk) => JSON.stringify(chunk));
    for (const chunk of round.chunks) expect(shown).toContain(JSON.stringify(chunk));
    (ours[i] as Round).chunks = round.chunks;
  }
}

describe("a generated workflow", () => {
  it("shows, stores and does on both runtimes the same", async () => {
    await fc.assert(
      fc.asyncProperty(turns, async (program) => {
        const theirs = await seenOn("theirs", program);
        const ours = await seenOn("ours", program);
        expect(ours.log).toEqual(theirs.log);
        dropLostChunks(ours.seen, theirs.seen);
        expect(ours.seen).toEqual(theirs.seen);
      }),
      rounds(25),
    );
  });
});
