import { TASKS } from "@threadmark/core";
import { expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId } from "../thread.ts";

const LONG = "text that is long enough to be stored apart ".repeat(100);

export const pruneRaceClauses: readonly Clause[] = [
  clause("prune/during-puts-leaves-nothing-broken", {
    rule: "`prune` during puts, writes and reads, even from another process, leaves every existing checkpoint complete.",
    hint: "Never assume that something is still stored if a prune may have removed it: let the database check in the operation that relies on it.",
    needs: ["prune"],
    async run(context) {
      const { saver, threadId, sizes } = context;
      const reopened = await outcomeOf(() => context.reopen());
      const second = "value" in reopened ? reopened.value : saver;
      const thread = new TestThread(saver, threadId());
      const values = (id: number): Record<string, unknown> => ({
        // Comes and goes, so that prune can remove what a later put has again.
        long: `${LONG} ${id % 3}`,
        same: LONG,
        n: id,
      });
      for (let id = 1; id <= sizes.races * 2; id++) {
        const versions = { long: id, same: 1, n: id };
        const newVersions = id === 1 ? versions : { long: id, n: id };
        const parent = id === 1 ? undefined : id - 1;
        await Promise.all([
          thread.put({ id, parent, values: values(id), versions, newVersions }),
          thread.write(id, [["a", `${LONG} ${id % 2}`]]),
          second.prune?.({ threadIds: [thread.id], keepLatest: 1 }),
        ]);
        const other = thread.on(id % 2 === 0 ? saver : second);
        expectSame(await other.values(), values(id), "The latest values during prune");
        const writes = [["task", "a", `${LONG} ${id % 2}`]];
        expectSame(await other.writes(), writes, "The latest writes during prune");
      }
      await second.prune?.({ threadIds: [thread.id], keepLatest: 1 });
      expectSame(await thread.listed(), [checkpointId(sizes.races * 2)], "The listing at the end");
    },
  }),
  clause("prune/keeps-the-sends-of-old-checkpoints", {
    rule: "A survivor with `v` < 4 keeps the sends that it gets from its parent's writes.",
    hint: "Keep the parent of such a survivor.",
    needs: ["prune"],
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, v: 3, values: { a: 1 } });
      await thread.put({ id: 2, v: 3, parent: 1, values: { a: 2 } });
      await thread.write(2, [[TASKS, { node: "n", args: 1 }]]);
      await thread.put({ id: 3, v: 3, parent: 2, values: { a: 3 } });
      const before = await thread.values(3);
      await saver.prune?.({ threadIds: [thread.id], keepLatest: 1 });
      expectSame(await thread.values(3), before, "The values of a survivor in the old format");
      expectSame((await thread.listed()).includes(checkpointId(1)), false, "Whether the first is left");
    },
  }),
];
