import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread } from "../thread.ts";

export const carryOverClauses: readonly Clause[] = [
  clause("carry-over/unchanged-channels-keep-their-values", {
    rule: "Channels that are not in `newVersions` keep their value: a checkpoint reads back with all its channels.",
    hint: "On read, collect the values of all channel_versions, not only of those that changed last.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1", b: "b1" } });
      await thread.put({
        id: 2,
        parent: 1,
        values: { a: "a1", b: "b2" },
        versions: { a: 1, b: 2 },
        newVersions: { b: 2 },
      });
      expectSame(await thread.values(2), { a: "a1", b: "b2" }, "The values of the child");
      expectSame(await thread.values(1), { a: "a1", b: "b1" }, "The values of the parent");
    },
  }),
  clause("carry-over/no-new-versions-carries-everything", {
    rule: "`newVersions` of `{}` means that nothing changed: all values are carried over.",
    hint: "LangGraph puts forks, empty updates and copies this way. Read {} as no change, not as no values.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1", b: { deep: [1] } } });
      const values = { a: "a1", b: { deep: [1] } };
      await thread.put({ id: 2, parent: 1, values, versions: { a: 1, b: 1 }, newVersions: {} });
      expectSame(await thread.values(2), values, "The values of the child");
    },
  }),
  clause("carry-over/a-missing-parent-loses-nothing", {
    rule: "`channel_values` on `put` is the complete state; values outside `newVersions` are stored even if the parent is not, for example because its thread was deleted during the run.",
    hint: "Store a carried value again unless it is known to be stored: put receives it.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const values = { a: "a3", b: "b4" };
      const newVersions = { b: 4 };
      await thread.put({ id: 2, parent: 1, values, versions: { a: 3, b: 4 }, newVersions });
      expectSame(await thread.values(2), values, "The values of a checkpoint without its parent");
    },
  }),
  clause("carry-over/over-many-checkpoints", {
    rule: "A value that was set once is still there after any number of checkpoints that do not change it.",
    hint: "Do not look for a carried value in the parent only.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const old = ["set", "once"];
      await thread.put({ id: 1, values: { old, n: 1 } });
      for (let n = 2; n <= 40; n++) {
        await thread.put({
          id: n,
          parent: n - 1,
          values: { old: ["set", "once"], n },
          versions: { old: 1, n },
          newVersions: { n },
        });
      }
      expectSame(await thread.values(40), { old, n: 40 }, "The values after 40 checkpoints");
      expectSame(await thread.values(20), { old, n: 20 }, "The values in the middle");
    },
  }),
  clause("carry-over/channels-without-a-version-do-no-harm", {
    rule: "`channel_values` may have channels without a version; they come back or are dropped, and everything else is as it was when put.",
    hint: "LangGraph.js puts __pregel_tasks this way in every checkpoint. Look versions up as own keys, and skip a channel that has none.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const values = { a: 1, __pregel_tasks: [], toString: "own" };
      await thread.put({ id: 1, values, versions: { a: 1 } });
      const { checkpoint } = await thread.read(1);
      const found = { ...checkpoint.channel_values };
      expectSame(found["a"], 1, "The channel with a version");
      for (const [channel, value] of Object.entries(found)) {
        ensure(Object.hasOwn(values, channel), `A channel ${channel} appeared.`);
        expectSame(value, Reflect.get(values, channel), `The channel ${channel}`);
      }
      expectSame(checkpoint.channel_versions, { a: 1 }, "channel_versions");
    },
  }),
];
