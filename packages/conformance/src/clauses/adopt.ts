import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import type { OpenedStore, TestedSaver } from "../saver.ts";
import { TestThread, collect, configOf } from "../thread.ts";

/** A saver with a thread, and another one that adopts its threads. */
async function openBoth({ openFresh, openWith, threadId }: ClauseContext): Promise<{
  readonly old: TestThread;
  readonly opened: OpenedStore;
}> {
  const before = await openFresh();
  const old = new TestThread(before.saver, threadId());
  await old.chain(6, (n) => ({ a: n, list: Array.from({ length: n }, (_, i) => `item ${i} of the list`) }));
  await old.put({ id: 7, parent: 3, values: { a: "branch" } });
  await old.in("inner:1").put({ id: 8, values: { b: 1 }, metadata: { parents: { "": "x" } } });
  await old.write(
    6,
    [
      ["a", 1],
      ["b", 2],
    ],
    "z",
    "~a",
  );
  await old.write(6, [["__interrupt__", [{ value: "?" }]]], "a", "~b");
  return { old, opened: await openWith({ adopt: before.saver }) };
}

/** Everything of a thread. */
function all(saver: TestedSaver, id: string): Promise<unknown[]> {
  return collect(saver.list(configOf(id, undefined)));
}

export const adoptClauses: readonly Clause[] = [
  clause("adopt/a-thread-is-taken-over-whole", {
    rule: "With `adopt`, a thread of the old saver is complete when it is first read, and stays unchanged in the old saver.",
    hint: "Copy it to a hidden thread first, and make it appear in one operation.",
    async run(context) {
      const { old, opened } = await openBoth(context);
      const expected = await all(old.saver, old.id);
      const thread = old.on(opened.saver);
      expectSame(await thread.values(), { a: "branch" }, "The values of the newest checkpoint");
      expectSame(await all(opened.saver, old.id), expected, "The tuples of the adopted thread");
      expectSame(await all(old.saver, old.id), expected, "The tuples in the old saver");
      await thread.put({ id: 9, parent: 6, values: { a: 9 } });
      expectSame(await thread.values(), { a: 9 }, "The values after the thread went on");
      const others = await collect(opened.saver.list(configOf(undefined, undefined)));
      expectSame(others.length, expected.length + 1, "The number of tuples of all threads");
    },
  }),
  clause("adopt/a-put-comes-after-what-was-there", {
    rule: "A put to a thread that has not been read takes it over first.",
    hint: "Take the thread over before anything is written to it.",
    async run(context) {
      const { old, opened } = await openBoth(context);
      const thread = old.on(opened.saver);
      await thread.put({ id: 9, parent: 7, values: { a: 9 } });
      const expected = await all(old.saver, old.id);
      expectSame((await all(opened.saver, old.id)).slice(1), expected, "The tuples below the new one");
    },
  }),
  clause("adopt/once-by-many-at-once", {
    rule: "When several savers use a thread at once, each finds it complete, and it is stored once.",
    hint: "Let one of them win, in one database operation, and let the others use its result.",
    needs: ["reopen"],
    async run(context) {
      const { old, opened } = await openBoth(context);
      const { reopen } = opened;
      if (reopen === undefined) return;
      const savers = await Promise.all(Array.from({ length: 8 }, () => reopen()));
      const expected = await all(old.saver, old.id);
      const found = await Promise.all(savers.map((saver) => all(saver, old.id)));
      for (const tuples of found) expectSame(tuples, expected, "The tuples that one of the savers found");
      const threads: string[] = [];
      for await (const { threadId } of opened.saver.listThreads?.() ?? []) threads.push(threadId);
      ensure(
        opened.saver.listThreads === undefined || (threads.length === 1 && threads[0] === old.id),
        `listThreads yields ${threads.length} threads instead of the adopted one.`,
      );
    },
  }),
  clause("adopt/a-deleted-thread-does-not-come-back", {
    rule: "`deleteThread` removes a thread on both sides, whether it was taken over or not, and it does not come back.",
    hint: "Record the deletion before deleting it in the old saver: another process may be copying it.",
    async run(context) {
      for (const touched of [true, false]) {
        const { old, opened } = await openBoth(context);
        const thread = old.on(opened.saver);
        if (touched) await thread.read();
        await thread.delete();
        expectSame(await thread.find(), undefined, "The deleted thread");
        expectSame(await old.find(), undefined, "The deleted thread in the old saver");
        await old.put({ id: 1, values: { a: "late" } });
        const saver = (await opened.reopen?.()) ?? opened.saver;
        expectSame(await old.on(saver).find(), undefined, "The deleted thread, seen by another saver");
        await thread.put({ id: 1, values: { a: "new" } });
        expectSame(await thread.values(), { a: "new" }, "A new thread of the same id");
      }
    },
  }),
];
