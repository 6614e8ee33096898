import { show } from "@threadmark/core/comparison";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import { eventually } from "../host.ts";
import type { TestedSaver, ThreadListOptions, ThreadSummary } from "../saver.ts";
import { TestThread, checkpointId } from "../thread.ts";

async function threadsOf(saver: TestedSaver, options?: ThreadListOptions): Promise<ThreadSummary[]> {
  const found: ThreadSummary[] = [];
  for await (const summary of saver.listThreads?.(options) ?? []) found.push(summary);
  return found;
}

function idsOf(threads: readonly ThreadSummary[]): string[] {
  return threads.map(({ threadId }) => threadId);
}

/** Puts until the thread is the only one with the newest time: clocks have coarse steps. */
async function touch(thread: TestThread, patience: number): Promise<void> {
  const newest = await eventually(async () => {
    await thread.put({ id: 1, metadata: { name: thread.id } });
    const [first, second] = await threadsOf(thread.saver, { limit: 2 });
    if (first?.threadId !== thread.id) return false;
    return second === undefined || first.updatedAt.getTime() > second.updatedAt.getTime();
  }, patience);
  ensure(newest, `Thread ${show(thread.id)} does not come first after a put to it.`);
}

function threadsClause(name: string, text: Omit<ClauseText, "needs" | "alone">): Clause {
  return clause(`threads/${name}`, { ...text, needs: ["listThreads"], alone: true });
}

export const threadsClauses: readonly Clause[] = [
  threadsClause("the-last-updated-first", {
    rule: "`listThreads` yields every thread once, the most recently written first.",
    hint: "Keep the time of the last write per thread, and order by it, then by thread.",
    async run({ saver, threadId, sizes: { patience } }) {
      expectSame(await threadsOf(saver), [], "The threads of an empty store");
      const names = ["b", "a", "c"];
      for (const name of names) await touch(new TestThread(saver, threadId(name)), patience);
      const expected = ["c", "a", "b"].map(threadId);
      expectSame(idsOf(await threadsOf(saver)), expected, "The threads");
      await touch(new TestThread(saver, threadId("a")), patience);
      const again = ["a", "c", "b"].map(threadId);
      expectSame(idsOf(await threadsOf(saver)), again, "The threads after a put to one of them");
    },
  }),
  threadsClause("show-their-times", {
    rule: "A listed thread says when it was created and last updated, as Dates; a put changes `updatedAt` but not `createdAt`; without a time to live, `expiresAt` is `undefined`.",
    hint: "Store both times with the thread, by the clock of the storage.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const [before] = await threadsOf(saver);
      ensure(before !== undefined, "listThreads yields no thread.");
      ensure(before.createdAt instanceof Date, `createdAt is ${show(before.createdAt)}.`);
      ensure(before.updatedAt >= before.createdAt, "updatedAt is before createdAt.");
      expectSame(before.expiresAt, undefined, "expiresAt");
      const moved = await eventually(async () => {
        await thread.put({ id: 2, parent: 1 });
        const [after] = await threadsOf(saver);
        expectSame(after?.createdAt, before.createdAt, "createdAt after another put");
        return after !== undefined && after.updatedAt > before.updatedAt;
      }, sizes.patience);
      ensure(moved, "updatedAt does not move with a put.");
    },
  }),
  threadsClause("limit-and-before-page-through-all", {
    rule: "`limit` is the maximum number of threads; the cursor of the last one, passed as `before`, continues after it, so that paging visits every thread once.",
    hint: "Build the cursor from the complete sort key, time and thread: many threads have the same time.",
    async run({ saver, threadId }) {
      const names = Array.from({ length: 25 }, (_, index) => `${index}`);
      await Promise.all(names.map((name) => new TestThread(saver, threadId(name)).put({ id: 1 })));
      const found: string[] = [];
      let before: string | undefined;
      do {
        const page = await threadsOf(saver, { limit: 4, ...(before === undefined ? {} : { before }) });
        ensure(page.length <= 4, `A page has ${page.length} threads instead of at most 4.`);
        found.push(...idsOf(page));
        before = page.at(-1)?.cursor;
      } while (before !== undefined && found.length <= names.length);
      expectSame(found, idsOf(await threadsOf(saver)), "Paging through all threads");
      expectSame(found.toSorted(), names.map(threadId).toSorted(), "The threads of all pages");
      expectSame(await threadsOf(saver, { limit: 0 }), [], "The threads with limit 0");
    },
  }),
  threadsClause("before-a-time", {
    rule: "With a Date as `before`, only threads updated earlier are listed.",
    hint: "Compare only the time: threads updated in that millisecond are left out.",
    async run({ saver, threadId, sizes: { patience } }) {
      for (const name of ["b", "a", "c"]) await touch(new TestThread(saver, threadId(name)), patience);
      const [c, a, b] = await threadsOf(saver);
      const before = async (thread: ThreadSummary | undefined, later = 0): Promise<string[]> => {
        const time = new Date((thread?.updatedAt.getTime() ?? 0) + later);
        return idsOf(await threadsOf(saver, { before: time }));
      };
      expectSame(await before(c, 1), ["c", "a", "b"].map(threadId), "The threads before a later time");
      expectSame(await before(c), ["a", "b"].map(threadId), "The threads before the newest");
      expectSame(await before(a), ["b"].map(threadId), "The threads before the second");
      expectSame(await before(b), [], "The threads before the oldest");
    },
  }),
  threadsClause("show-their-state", {
    rule: "`headId` of a listed thread is the newest checkpoint of its root namespace, and `state` says what the pending writes of that checkpoint mean: `error` if there is an `__error__`, otherwise `interrupted` if there is an `__interrupt__`, otherwise `idle`. Without such a checkpoint, both are `undefined`.",
    hint: "Read only the writes of the head: those of older checkpoints and other namespaces no longer matter.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const told = async (): Promise<unknown> => {
        const [found] = await threadsOf(saver);
        return found && [found.headId, found.state];
      };
      await thread.in("inner").put({ id: 9 });
      await thread.in("inner").write(9, [["__error__", "no"]]);
      expectSame(await told(), [undefined, undefined], "Head and state without a root checkpoint");
      await thread.put({ id: 1 });
      await thread.write(1, [["a", 1]]);
      expectSame(await told(), [checkpointId(1), "idle"], "Head and state with an ordinary write");
      await thread.write(1, [["__interrupt__", "?"]]);
      expectSame(await told(), [checkpointId(1), "interrupted"], "Head and state with an interrupt");
      await thread.write(1, [["__error__", "no"]], "other");
      expectSame(await told(), [checkpointId(1), "error"], "Head and state with an error");
      await thread.put({ id: 2, parent: 1 });
      expectSame(await told(), [checkpointId(2), "idle"], "Head and state after the next checkpoint");
    },
  }),
  threadsClause("found-by-whether-a-run-has-ended", {
    rule: "`listThreads({ run })` finds threads by whether their last run of a workflow is `finished` or `unfinished`: the last checkpoint of the root namespace has a value of `__start__` until the run has ended. A listed thread has the answer as `run`; a thread of a graph has no `__previous__`, and no `run`.",
    hint: "Keep it with the thread, and change it in the operation that stores the checkpoint.",
    async run({ saver, threadId }) {
      const [ended, open, graph] = [threadId("ended"), threadId("open"), threadId("graph")];
      const found = async (run?: "finished" | "unfinished"): Promise<string[]> => {
        const threads = await threadsOf(saver, run === undefined ? {} : { run });
        return threads.map((thread) => `${thread.threadId} ${thread.run ?? "none"}`).toSorted();
      };
      const input = { __start__: "input", __previous__: 1 };
      const output = { __end__: 2, __previous__: 2 };
      await new TestThread(saver, graph).put({ id: 1, values: { __start__: "input", a: 1 } });
      await new TestThread(saver, ended).put({ id: 1, values: input });
      expectSame(await found("unfinished"), [`${ended} unfinished`], "The threads with an unfinished run");
      expectSame(await found("finished"), [], "The threads whose run has ended, before any has");
      await new TestThread(saver, ended).put({ id: 2, parent: 1, values: output });
      await new TestThread(saver, open).put({ id: 1, values: output });
      await new TestThread(saver, open).put({ id: 2, parent: 1, values: input });
      await new TestThread(saver, open).in("inner").put({ id: 3, values: output });
      expectSame(await found("unfinished"), [`${open} unfinished`], "The threads with an unfinished run");
      expectSame(await found("finished"), [`${ended} finished`], "The threads whose run has ended");
      const all = [`${ended} finished`, `${graph} none`, `${open} unfinished`];
      expectSame(await found(), all.toSorted(), "All threads");
    },
  }),
  clause("threads/one-alone", {
    needs: ["listThreads", "getThread"],
    alone: true,
    rule: "`getThread` resolves to what `listThreads` yields for the thread, or to `undefined`.",
    hint: "Read both in the same way.",
    async run({ saver, threadId }) {
      for (const name of ["a", "b"]) await new TestThread(saver, threadId(name)).put({ id: 1 });
      for (const thread of await threadsOf(saver)) {
        expectSame(await saver.getThread?.(thread.threadId), thread, "A thread");
      }
      expectSame(await saver.getThread?.(threadId("c")), undefined, "A thread that does not exist");
    },
  }),
  threadsClause("deleted-ones-are-gone", {
    rule: "A deleted thread is no longer listed; ids of any form are listed as they are.",
    hint: "Remove the thread's own record with the thread.",
    async run({ saver, threadId }) {
      const ids = ["a:b", "%*[x]{y}", "\u{1f600}", "__proto__"].map((name) => threadId(name));
      for (const id of ids) await new TestThread(saver, id).put({ id: 1 });
      expectSame(idsOf(await threadsOf(saver)).toSorted(), ids.toSorted(), "The threads");
      for (const id of ids.slice(1)) await saver.deleteThread(id);
      expectSame(idsOf(await threadsOf(saver)), ids.slice(0, 1), "The threads after deleting");
    },
  }),
];
