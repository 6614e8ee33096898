import { ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { eventually } from "../host.ts";
import type { TestedSaver, ThreadListOptions, ThreadSummary } from "../saver.ts";
import { TestThread, checkpointId } from "../thread.ts";

async function threadsOf(saver: TestedSaver, options?: ThreadListOptions): Promise<ThreadSummary[]> {
  const found: ThreadSummary[] = [];
  for await (const summary of saver.listThreads?.(options) ?? []) found.push(summary);
  return found;
}

export const threadDetailClauses: readonly Clause[] = [
  clause("threads/the-head-is-the-greatest-id", {
    rule: "`headId` is the greatest id of the root namespace, as for `getTuple`, and not the one put last; `state` is that of its writes.",
    hint: "Find the head by id, or move a pointer only upwards.",
    needs: ["listThreads"],
    alone: true,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 5 });
      await thread.put({ id: 3 });
      await thread.write(3, [["__error__", "no"]]);
      const [found] = await threadsOf(saver);
      expectSame([found?.headId, found?.state], [checkpointId(5), "idle"], "Head and state");
    },
  }),
  clause("threads/writes-of-tasks-count", {
    rule: "`putWrites` changes `updatedAt`, as `put` does.",
    hint: "Set the time in the operation that stores the writes.",
    needs: ["listThreads"],
    alone: true,
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const [before] = await threadsOf(saver);
      let task = 0;
      const moved = await eventually(async () => {
        await thread.write(1, [["a", 1]], `task ${task++}`);
        const [after] = await threadsOf(saver);
        return before !== undefined && after !== undefined && after.updatedAt > before.updatedAt;
      }, sizes.patience);
      ensure(moved, "updatedAt does not move with the writes of tasks.");
    },
  }),
  clause("thread-metadata/a-filter-is-paged", {
    rule: "`filter`, `limit` and `before` of `listThreads` work together: pages visit every thread that the filter selects once.",
    hint: "Apply the filter in the query, and the limit last.",
    needs: ["listThreads", "updateThread"],
    alone: true,
    async run({ saver, threadId }) {
      const names = Array.from({ length: 20 }, (_, index) => `${index}`);
      for (const [index, name] of names.entries()) {
        await new TestThread(saver, threadId(name)).put({ id: 1 });
        await saver.updateThread?.(threadId(name), { metadata: { mine: index % 4 === 0 } });
      }
      const found: string[] = [];
      let before: string | undefined;
      do {
        const options = { filter: { mine: true }, limit: 2, ...(before !== undefined && { before }) };
        const page = await threadsOf(saver, options);
        ensure(page.length <= 2, `A page has ${page.length} threads instead of at most 2.`);
        found.push(...page.map((thread) => thread.threadId));
        before = page.at(-1)?.cursor;
      } while (before !== undefined && found.length <= names.length);
      const mine = names.filter((_, index) => index % 4 === 0).map((name) => threadId(name));
      expectSame(found.toSorted(), mine.toSorted(), "The threads of all pages");
    },
  }),
  clause("copy/of-many-at-once-one-wins", {
    rule: "Of many simultaneous copies to one thread id, exactly one is made, and it is complete; the others are refused with `THREAD_EXISTS`.",
    hint: "Let the row of the target decide, in the operation that copies.",
    needs: ["copyThread"],
    async run({ saver, threadId, sizes }) {
      const sources = Array.from(
        { length: Math.max(4, Math.ceil(sizes.atOnce / 5)) },
        (_, index) => new TestThread(saver, threadId(`from-${index}`)),
      );
      for (const thread of sources) await thread.chain(3, () => ({ a: thread.id }));
      const target = new TestThread(saver, threadId("to"));
      const copies = await Promise.all(
        sources.map((from) => outcomeOf(async () => saver.copyThread?.(from.id, target.id))),
      );
      const made = copies.filter((outcome) => "value" in outcome).length;
      ensure(made === 1, `${made} of ${copies.length} copies to one thread were made instead of 1.`);
      const winner = sources[copies.findIndex((outcome) => "value" in outcome)]?.id;
      expectSame(await target.listed(), [3, 2, 1].map(checkpointId), "The listing of the copy");
      for (const id of [1, 2, 3])
        expectSame(await target.values(id), { a: winner }, "The values of the copy");
    },
  }),
  clause("copy/keeps-the-runs", {
    rule: "A copy knows which run each checkpoint belongs to: `deleteForRuns` removes those of a run from the copy too.",
    hint: "Copy the column of the run with the checkpoint.",
    needs: ["copyThread", "deleteForRuns"],
    async run({ saver, threadId }) {
      const [from, to] = ["from", "to"].map((name) => new TestThread(saver, threadId(name)));
      ensure(from !== undefined && to !== undefined, "There are two threads.");
      await from.put({ id: 1 });
      await from.put({ id: 2, parent: 1, run: threadId("run") });
      await saver.copyThread?.(from.id, to.id);
      await saver.deleteForRuns?.([threadId("run")]);
      for (const thread of [from, to]) {
        expectSame(await thread.listed(), [checkpointId(1)], `The listing of ${thread.id}`);
      }
    },
  }),
  clause("prune/a-thread-without-checkpoints-is-gone", {
    rule: "A thread that loses its last checkpoint to `prune` is no longer listed, and starts empty with the next put.",
    hint: "Remove the thread's own record with its last checkpoint.",
    needs: ["prune", "listThreads"],
    alone: true,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(2, (n) => ({ a: n }));
      await saver.prune?.({ threadIds: [thread.id], keepLatest: 0, olderThan: new Date("2027-01-01") });
      expectSame(await threadsOf(saver), [], "The threads after the last checkpoint was pruned");
      await thread.put({ id: 1, values: { a: "new" } });
      expectSame(await thread.values(), { a: "new" }, "The values of the thread that starts again");
      expectSame(await thread.listed(), [checkpointId(1)], "Its listing");
    },
  }),
];
