import { expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread } from "../thread.ts";

async function namesIn(saver: TestedSaver): Promise<string[]> {
  const found: string[] = [];
  for await (const { threadId } of saver.listThreads?.() ?? []) found.push(threadId);
  return found.toSorted();
}

export const deleteThreadsClauses: readonly Clause[] = [
  clause("delete-threads/by-filter", {
    needs: ["deleteThreads", "updateThread", "listThreads"],
    alone: true,
    rule: "`deleteThreads({ filter })` deletes the threads whose own metadata equals the filter, however many, with everything in them, and resolves to their number; all others stay.",
    hint: "List and delete in batches until none is left.",
    async run({ saver, threadId, sizes }) {
      const names = Array.from({ length: sizes.listing }, (_, index) => `${index}`);
      await Promise.all(
        names.map(async (name, index) => {
          await new TestThread(saver, threadId(name)).put({ id: 1, values: { a: name } });
          const metadata = { user: index % 10 === 0 ? "u2" : "u1" };
          await saver.updateThread?.(threadId(name), { metadata });
        }),
      );
      const others = names.filter((_, index) => index % 10 === 0);
      const deleted = await saver.deleteThreads?.({ filter: { user: "u1" } });
      expectSame(deleted, names.length - others.length, "The number of deleted threads");
      expectSame(await namesIn(saver), others.map(threadId).toSorted(), "The threads that are left");
      expectSame(await new TestThread(saver, threadId("1")).find(), undefined, "A deleted checkpoint");
      expectSame(await new TestThread(saver, threadId("0")).values(), { a: "0" }, "The values of a survivor");
      expectSame(await saver.deleteThreads?.({ filter: { user: "u1" } }), 0, "The number at a second call");
    },
  }),
  clause("delete-threads/by-id-or-all", {
    needs: ["deleteThreads", "listThreads"],
    alone: true,
    rule: "`deleteThreads({ threadIds })` deletes the named threads and resolves to how many of them existed; `deleteThreads({ allThreads: true })` deletes all threads.",
    hint: "Unknown threads are not an error, and do not count.",
    async run({ saver, threadId }) {
      for (const name of ["a", "b", "c", "d"]) await new TestThread(saver, threadId(name)).put({ id: 1 });
      const threadIds = ["a", "c", "unknown", "a"].map(threadId);
      expectSame(await saver.deleteThreads?.({ threadIds }), 2, "The number of deleted threads");
      expectSame(await namesIn(saver), ["b", "d"].map(threadId), "The threads that are left");
      expectSame(await saver.deleteThreads?.({ threadIds: [] }), 0, "The number with no ids");
      expectSame(await saver.deleteThreads?.({ allThreads: true }), 2, "The number of all threads");
      expectSame(await namesIn(saver), [], "The threads that are left of all");
    },
  }),
  clause("delete-threads/a-choice-is-needed", {
    needs: ["deleteThreads"],
    rule: "`deleteThreads` with none or several of `filter`, `threadIds` and `allThreads`, with a filter that has no key, or with one that has a key whose value is `undefined`, is refused with `INVALID_ARGUMENT`, and deletes nothing.",
    hint: "Require exactly one of them before anything is deleted.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const wrong = [{}, { filter: {} }, { filter: { user: undefined } }];
      const several = [
        { filter: { user: "u" }, threadIds: [] },
        { threadIds: [], allThreads: true as const },
      ];
      for (const options of [...wrong, ...several]) {
        const attempt = (): Promise<unknown> => Promise.resolve(saver.deleteThreads?.(options));
        await expectRefused(attempt, "deleteThreads without one choice", "INVALID_ARGUMENT");
      }
      await thread.read(1);
    },
  }),
];
