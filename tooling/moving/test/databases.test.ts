import { Command } from "@langchain/langgraph";
import { migrateThreads } from "@threadmark/core";
import { describe, expect, it } from "vitest";
import { newKinds } from "../src/new-savers.ts";
import { oldKinds } from "../src/old-savers.ts";
import { assistant, at, converse, questionsOf, tuplesOf } from "../src/threads.ts";

const pairs = oldKinds.flatMap((old) => newKinds.map((kind) => [old.name, kind.name, old, kind] as const));

describe.each(pairs)("LangGraph.js's %s to our %s", (_, __, oldKind, newKind) => {
  it("threads are taken over when they are touched, and paused runs continue", async () => {
    const old = await oldKind.open();
    const store = await newKind.open({ adopt: old.saver });
    try {
      await converse(old.saver, "12345");
      const expected = await tuplesOf(old.saver, "12345");
      expect(expected.length).toBeGreaterThan(10);
      expect(await questionsOf(store.saver, "12345")).toEqual(["go on?"]);
      expect(await tuplesOf(store.saver, "12345")).toEqual(expected);
      const { messages } = await assistant(store.saver).invoke(new Command({ resume: "yes" }), at("12345"));
      expect(messages.at(-1)?.content).toBe("approved: yes");
      expect(await tuplesOf(old.saver, "12345")).toEqual(expected);
      await store.saver.deleteThread("12345");
      expect(await store.saver.getTuple(at("12345"))).toBeUndefined();
      expect(await old.saver.getTuple(at("12345"))).toBeUndefined();
    } finally {
      await store.close();
      await old.close();
    }
  });

  it("all threads are copied, found by their ids alone", async () => {
    const old = await oldKind.open();
    const store = await newKind.open();
    try {
      const ids = ["a", "b-1", "c:2"];
      for (const id of ids) await converse(old.saver, id);
      const report = await migrateThreads({ from: old.saver, to: store.saver });
      expect(report).toMatchObject({ threads: 3, failures: [] });
      for (const id of ids) expect(await tuplesOf(store.saver, id)).toEqual(await tuplesOf(old.saver, id));
    } finally {
      await store.close();
      await old.close();
    }
  });
});
