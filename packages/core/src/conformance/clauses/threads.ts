import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import { eventually } from "../host.ts";
import type { TestedSaver, ThreadListOptions, ThreadSummary } from "../saver.ts";
import { show } from "../show.ts";
import { TestThread } from "../thread.ts";

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
    rule: "`listThreads` yields every thread once, the one that was written to last first.",
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
  threadsClause("tell-their-times", {
    rule: "A listed thread tells when it was created and last updated, as Dates; a put moves `updatedAt` and leaves `createdAt`; without a time to live `expiresAt` is `undefined`.",
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
  threadsClause("limit-and-after-page-through-all", {
    rule: "`limit` is the most threads; the cursor of the last one as `after` goes on behind it, so that paging visits every thread once.",
    hint: "Make the cursor of the whole order, time and thread; many threads have the same time.",
    async run({ saver, threadId }) {
      const names = Array.from({ length: 25 }, (_, index) => `${index}`);
      await Promise.all(names.map((name) => new TestThread(saver, threadId(name)).put({ id: 1 })));
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await threadsOf(saver, { limit: 4, ...(after === undefined ? {} : { after }) });
        ensure(page.length <= 4, `A page has ${page.length} threads instead of at most 4.`);
        found.push(...idsOf(page));
        after = page.at(-1)?.cursor;
      } while (after !== undefined && found.length <= names.length);
      expectSame(found, idsOf(await threadsOf(saver)), "Paging through all threads");
      expectSame(found.toSorted(), names.map(threadId).toSorted(), "The threads of all pages");
      expectSame(await threadsOf(saver, { limit: 0 }), [], "The threads with limit 0");
    },
  }),
  threadsClause("filter-by-the-newest-root-checkpoint", {
    rule: "A filter selects threads whose newest checkpoint in the root namespace has equal metadata on every key of the filter.",
    hint: 'Filter on the checkpoint with the greatest id of namespace "", by the rules of list.',
    async run({ saver, threadId }) {
      const thread = (name: string): TestThread => new TestThread(saver, threadId(name));
      await thread("a").put({ id: 1, metadata: { user: "u1" } });
      await thread("b").put({ id: 1, metadata: { user: "u1" } });
      await thread("b").put({ id: 2, parent: 1, metadata: { user: "u2" } });
      await thread("c").put({ id: 1, metadata: { user: "u2" } });
      await thread("c")
        .in("inner")
        .put({ id: 2, metadata: { user: "u1" } });
      const find = async (user: unknown): Promise<string[]> =>
        idsOf(await threadsOf(saver, { filter: { user } })).toSorted();
      expectSame(await find("u1"), ["a"].map(threadId), "The threads of u1");
      expectSame(await find("u2"), ["b", "c"].map(threadId), "The threads of u2");
      expectSame(await find("u3"), [], "The threads of u3");
    },
  }),
  threadsClause("deleted-ones-are-gone", {
    rule: "A deleted thread is not listed any more; ids of any form are listed as they are.",
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
