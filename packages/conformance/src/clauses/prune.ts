import { show } from "@threadmark/core/comparison";
import { ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import type { PruneOptions, PruneResult } from "../saver.ts";
import { TestThread, checkpointId, parentOf } from "../thread.ts";

function pruneClause(name: string, text: Omit<ClauseText, "needs">): Clause {
  return clause(`prune/${name}`, { ...text, needs: ["prune"] });
}

async function prune(thread: TestThread, options: PruneOptions): Promise<PruneResult | undefined> {
  return thread.saver.prune?.({ threadIds: [thread.id], ...options });
}

const LONG = "text that is long enough to be stored apart ".repeat(100);

/** Checkpoints 1 to `count`, whose channel `long` never changes. */
async function longChain(thread: TestThread, count: number): Promise<void> {
  for (let id = 1; id <= count; id++) {
    await thread.put({
      id,
      parent: id === 1 ? undefined : id - 1,
      values: { long: LONG, n: id },
      versions: { long: 1, n: id },
      newVersions: id === 1 ? { long: 1, n: 1 } : { n: id },
    });
    await thread.write(id, [["a", `${LONG}${id}`]]);
  }
}

async function expectWhole(thread: TestThread, id: number): Promise<void> {
  expectSame(await thread.values(id), { long: LONG, n: id }, `The values of survivor ${id}`);
  const writes = [["task", "a", `${LONG}${id}`]];
  expectSame(await thread.writes(id), writes, `The writes of survivor ${id}`);
}

export const pruneClauses: readonly Clause[] = [
  pruneClause("keeps-the-newest", {
    rule: "`prune({ keepLatest })` keeps the newest checkpoints of a thread, with values and writes exactly as they were, and removes the others.",
    hint: "Remove a value only when no remaining checkpoint has it, including carried values.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await longChain(thread, 6);
      const result = await prune(thread, { keepLatest: 2 });
      expectSame(await thread.listed(), [6, 5].map(checkpointId), "The listing after prune");
      for (const id of [6, 5]) await expectWhole(thread, id);
      ensure((await thread.find(4)) === undefined, "A pruned checkpoint can still be read.");
      expectSame(result?.checkpoints, 4, "The number of removed checkpoints");
      expectSame(result?.threads, 1, "The number of threads that lost checkpoints");
    },
  }),
  pruneClause("counts-namespaces-apart", {
    rule: "`keepLatest` counts in each namespace separately.",
    hint: "Group by thread and namespace: a subgraph's checkpoints must not push out the root's.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      const inner = thread.in("inner:1");
      for (const id of [11, 12, 13]) await inner.put({ id, values: { a: id } });
      await prune(thread, { keepLatest: 1 });
      expectSame(await thread.listed(), [checkpointId(3)], "The root's listing");
      expectSame(await inner.listed(), [checkpointId(13)], "The subgraph's listing");
      expectSame(await thread.values(3), { a: 3 }, "The root's values");
    },
  }),
  pruneClause("older-than-a-time", {
    rule: "`olderThan` removes only checkpoints with an earlier `ts`, and never the newest of a namespace unless `keepLatest` says 0.",
    hint: "keepLatest is 1 unless given; both conditions must hold for a checkpoint to be removed.",
    async run({ saver, threadId }) {
      const ts = (day: number): string => `2026-01-0${day}T00:00:00.000Z`;
      const thread = new TestThread(saver, threadId());
      for (const id of [1, 2, 3, 4]) await thread.put({ id, values: { a: id }, ts: ts(id) });
      await prune(thread, { olderThan: new Date(ts(3)) });
      expectSame(await thread.listed(), [4, 3].map(checkpointId), "The listing");
      await prune(thread, { olderThan: new Date(ts(9)), keepLatest: 2 });
      expectSame(await thread.listed(), [4, 3].map(checkpointId), "The listing with keepLatest 2");
      await prune(thread, { olderThan: new Date(ts(9)) });
      expectSame(await thread.listed(), [checkpointId(4)], "The listing with only olderThan");
      await prune(thread, { olderThan: new Date(ts(9)), keepLatest: 0 });
      expectSame(await thread.listed(), [], "The listing with keepLatest 0");
    },
  }),
  pruneClause("relinks-survivors", {
    rule: "A survivor whose parent was removed gets the nearest surviving ancestor as parent, or none; branches stay apart.",
    hint: "Follow the removed parents upwards. A parent that does not exist would cut short every walk.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const old = "2026-01-01T00:00:00.000Z";
      const young = "2026-02-01T00:00:00.000Z";
      const line: [id: number, parent: number | undefined, ts: string][] = [
        [1, undefined, young],
        [2, 1, old],
        [3, 2, old],
        [4, 3, young],
        [5, 2, young],
        [6, undefined, old],
        [7, 6, young],
      ];
      for (const [id, parent, ts] of line) await thread.put({ id, parent, ts, values: { a: id } });
      await prune(thread, { olderThan: new Date("2026-01-15T00:00:00.000Z") });
      expectSame(await thread.listed(), [7, 5, 4, 1].map(checkpointId), "The listing");
      const parents: unknown[] = [];
      for (const id of [7, 5, 4, 1]) parents.push(parentOf(await thread.read(id)));
      const first = checkpointId(1);
      expectSame(parents, [undefined, first, first, undefined], "The parents of survivors");
      for (const id of [7, 5, 4, 1]) expectSame(await thread.values(id), { a: id }, "The values");
    },
  }),
  pruneClause("keeps-branches-exact", {
    rule: "Survivors of every branch keep their values, even if branches have different values for the same channel and version.",
    hint: "Collect what survivors use by content, not by channel and version.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: `${LONG} start`, b: LONG } });
      for (const id of [2, 3, 4, 5]) {
        await thread.put({
          id,
          parent: id < 4 ? 1 : id - 2,
          values: { a: `${LONG} branch ${id % 2}`, b: LONG, n: id },
          versions: { a: 2, b: 1, n: id },
          newVersions: id < 4 ? { a: 2, n: id } : { n: id },
        });
      }
      await prune(thread, { keepLatest: 2 });
      for (const id of [4, 5]) {
        const expected = { a: `${LONG} branch ${id % 2}`, b: LONG, n: id };
        expectSame(await thread.values(id), expected, `The values of branch ${id % 2}`);
      }
    },
  }),
  pruneClause("keeps-what-delta-channels-need", {
    rule: "Where a survivor has a delta channel, its ancestors up to the nearest one with a value stay, with their writes: the history of the channel is the same as before.",
    hint: "A delta channel is a key of metadata.counters_since_delta_snapshot that has no value. Without its ancestors it is silently empty.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const metadata = { counters_since_delta_snapshot: { d: [1, 1] } };
      for (let id = 1; id <= 8; id++) {
        const parent = id === 1 ? undefined : id - 1;
        const values = id === 2 || id === 5 ? { n: id, d: `seed ${id}` } : { n: id };
        await thread.put({ id, parent, values, versions: { n: id, d: id }, metadata });
        await thread.write(id, [["d", `write ${id}`]], `task ${id}`);
      }
      const history = (): unknown =>
        saver.getDeltaChannelHistory?.({ config: thread.config(8), channels: ["d"] });
      const before = await history();
      await prune(thread, { keepLatest: 1 });
      expectSame(await thread.listed(), [8, 7, 6, 5].map(checkpointId), "The listing");
      expectSame(await history(), before, "The history of the delta channel");
      expectSame(await thread.values(5), { n: 5, d: "seed 5" }, "The values of the seed");
    },
  }),
  pruneClause("removes-writes-with-their-checkpoint", {
    rule: "Writes of a removed checkpoint are removed with it; writes to a checkpoint that does not exist yet stay.",
    hint: "Delete writes by the ids that are removed, in the same operation.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await longChain(thread, 3);
      await thread.write(4, [["a", `${LONG} early`]]);
      await prune(thread, { keepLatest: 1 });
      await thread.put({ id: 2, values: { a: 1 } });
      expectSame(await thread.writes(2), [], "The writes of a pruned id that was put again");
      await thread.put({ id: 4, parent: 3, values: { a: 1 } });
      expectSame(await thread.writes(4), [["task", "a", `${LONG} early`]], "Early writes");
    },
  }),
  pruneClause("a-dry-run-changes-nothing", {
    rule: "`dryRun` removes nothing and reports the same numbers as the call without it.",
    hint: "Plan first, in one place, and only then remove.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await longChain(thread, 5);
      const before = await thread.listed();
      const planned = await prune(thread, { keepLatest: 2, dryRun: true });
      expectSame(await thread.listed(), before, "The listing after a dry run");
      for (const id of [1, 5]) await expectWhole(thread, id);
      const done = await prune(thread, { keepLatest: 2 });
      expectSame(planned?.checkpoints, done?.checkpoints, "The planned number of checkpoints");
      expectSame(planned?.threads, done?.threads, "The planned number of threads");
      const again = await prune(thread, { keepLatest: 2 });
      expectSame(again?.checkpoints, 0, "The number of a second prune");
    },
  }),
  pruneClause("only-the-threads-named", {
    rule: "`threadIds` names the threads that are pruned: no others are touched, and an empty list prunes none.",
    hint: "Test threadIds !== undefined; [] is not all.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const other = new TestThread(saver, `${thread.id}:1`);
      for (const one of [thread, other]) await one.chain(3, (n) => ({ a: n }));
      await saver.prune?.({ threadIds: [], keepLatest: 1 });
      expectSame((await thread.listed()).length, 3, "The checkpoints after pruning no thread");
      await prune(thread, { keepLatest: 1 });
      expectSame((await thread.listed()).length, 1, "The checkpoints of the pruned thread");
      expectSame((await other.listed()).length, 3, "The checkpoints of the other thread");
    },
  }),
  pruneClause("all-threads-where-asked-for", {
    rule: "With `allThreads: true`, `prune` goes through all threads, and counts those that lost checkpoints.",
    hint: "Page through the threads; do not stop at the first page.",
    alone: true,
    async run({ saver, threadId }) {
      const threads = ["a", "b", "c"].map((name) => new TestThread(saver, threadId(name)));
      for (const [index, thread] of threads.entries()) await thread.chain(index + 1, () => ({}));
      const result = await saver.prune?.({ allThreads: true, keepLatest: 1 });
      for (const thread of threads) {
        expectSame((await thread.listed()).length, 1, `The checkpoints of ${show(thread.id)}`);
      }
      expectSame(result?.threads, 2, "The number of threads that lost checkpoints");
      expectSame(result?.checkpoints, 3, "The number of removed checkpoints");
    },
  }),
  pruneClause("nothing-to-go-by-is-refused", {
    rule: "`prune` with neither `keepLatest` nor `olderThan` is refused with `INVALID_ARGUMENT`.",
    hint: "A forgotten option must not remove the history of every thread.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      await expectRefused(() => prune(thread, {}), "prune with no condition", "INVALID_ARGUMENT");
      expectSame((await thread.listed()).length, 3, "The checkpoints after a refused prune");
    },
  }),
  pruneClause("threads-that-are-not-named-stay", {
    rule: "`prune` without `threadIds` and without `allThreads: true`, with both, or with an unknown option, is refused with `INVALID_ARGUMENT`.",
    hint: "A mistyped or missing option must not prune everyone's threads: check the names of the options.",
    alone: true,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      const wrong: object[] = [
        {},
        { threadIds: undefined },
        { allThreads: undefined },
        { allThreads: false },
        { threadId: thread.id },
        { threadIds: thread.id },
        { threadIds: [thread.id], allThreads: true },
        { allThreads: true, keepLast: 2 },
        { allThreads: true, olderThan: "2026-01-01" },
        { allThreads: true, keepLatest: "1" },
      ];
      for (const options of wrong) {
        const call = async (): Promise<unknown> => saver.prune?.({ keepLatest: 1, ...options });
        await expectRefused(call, `prune with ${show(options)}`, "INVALID_ARGUMENT");
      }
      expectSame((await thread.listed()).length, 3, "The checkpoints after refused prunes");
    },
  }),
];
