import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread } from "../thread.ts";

const HINT =
  "Record in a separate row or entry that the channel is empty at this version; an absent value must not be looked up under an older version.";

export const tombstoneClauses: readonly Clause[] = [
  clause("tombstone/a-version-without-a-value-empties-the-channel", {
    rule: "A channel in `newVersions` that is absent from `channel_values` has become empty: the checkpoint reads back with the version and without the value.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1", b: "b1" } });
      await thread.put({
        id: 2,
        parent: 1,
        values: { b: "b1" },
        versions: { a: 2, b: 1 },
        newVersions: { a: 2 },
      });
      const { checkpoint } = await thread.read(2);
      expectSame({ ...checkpoint.channel_values }, { b: "b1" }, "channel_values");
      expectSame(checkpoint.channel_versions, { a: 2, b: 1 }, "channel_versions");
    },
  }),
  clause("tombstone/children-stay-empty", {
    rule: "A channel that became empty stays empty in later checkpoints that do not change it.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1", b: "b1" } });
      await thread.put({
        id: 2,
        parent: 1,
        values: { b: "b1" },
        versions: { a: 2, b: 1 },
        newVersions: { a: 2 },
      });
      await thread.put({
        id: 3,
        parent: 2,
        values: { b: "b3" },
        versions: { a: 2, b: 3 },
        newVersions: { b: 3 },
      });
      await thread.put({ id: 4, parent: 3, values: { b: "b3" }, versions: { a: 2, b: 3 }, newVersions: {} });
      expectSame(await thread.values(3), { b: "b3" }, "The values of the child");
      expectSame(await thread.values(4), { b: "b3" }, "The values of the grandchild");
    },
  }),
  clause("tombstone/older-checkpoints-keep-the-value", {
    rule: "Emptying a channel changes only the new checkpoint; older ones keep the value.",
    hint: "Mark the new version as empty; do not delete the old value.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1" } });
      await thread.put({ id: 2, parent: 1, versions: { a: 2 } });
      expectSame(await thread.values(2), {}, "The values of the child");
      expectSame(await thread.values(1), { a: "a1" }, "The values of the parent");
    },
  }),
  clause("tombstone/a-later-value-fills-the-channel-again", {
    rule: "A channel that became empty can get a value again, and be emptied again.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1" } });
      await thread.put({ id: 2, parent: 1, versions: { a: 2 } });
      await thread.put({ id: 3, parent: 2, values: { a: "a3" } });
      await thread.put({ id: 4, parent: 3, versions: { a: 4 } });
      expectSame(await thread.values(3), { a: "a3" }, "The values after filling it again");
      expectSame(await thread.values(4), {}, "The values after emptying it again");
    },
  }),
];
