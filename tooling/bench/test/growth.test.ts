import { MemorySaver } from "@threadmark/memory";
import { beforeAll, describe, expect, it } from "vitest";
import { MeasuredStorage } from "../src/measured-storage.ts";
import { Steps } from "../src/scenarios/steps.ts";
import { threadOf } from "../src/scenarios/thread.ts";
import { message, MESSAGE_LENGTH } from "../src/scenarios/turn.ts";

/** A chat with the full state in every checkpoint, as LangGraph.js stores it, one put a turn. */
async function chat(turns: number): Promise<{ stored: number; latePut: number }> {
  const storage = new MeasuredStorage();
  const thread = threadOf(0, 0);
  const steps = new Steps(new MemorySaver({ storage }), thread, undefined);
  const messages: unknown[] = [];
  for (let turn = 0; turn < turns; turn++) {
    messages.push(message(thread, turn, "human"), message(thread, turn, "ai"));
    await steps.put("loop", { messages: [...messages] }, ["messages"]);
  }
  const latePuts = storage.puts.slice(-20);
  return { stored: storage.total, latePut: latePuts.reduce((sum, bytes) => sum + bytes) / latePuts.length };
}

describe("a growing chat", () => {
  let early: Awaited<ReturnType<typeof chat>>;
  let late: Awaited<ReturnType<typeof chat>>;

  beforeAll(async () => {
    early = await chat(50);
    late = await chat(1000);
  });

  it("is stored in at most 4 times its text over 1,000 turns", () => {
    expect(late.stored / (1000 * 2 * MESSAGE_LENGTH)).toBeLessThanOrEqual(4);
  });

  it("hands over at most twice the bytes in a late put that an early one does", () => {
    expect(late.latePut / early.latePut).toBeLessThanOrEqual(2);
  });
});
