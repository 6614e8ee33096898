import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, idOf } from "../thread.ts";

const HINT =
  "Hold no lock, transaction or single connection while the iterator waits: LangGraph calls the saver between two tuples.";

export const reentrancyClauses: readonly Clause[] = [
  clause("reentrancy/calls-inside-a-listing", {
    rule: "Every method, including other listings, may be called while a listing is being iterated, and the listing continues.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(4, (n) => ({ a: n }));
      const other = new TestThread(saver, threadId("other"));
      const seen: string[] = [];
      for await (const tuple of saver.list(thread.config())) {
        seen.push(idOf(tuple));
        expectSame((await thread.read(idOf(tuple))).config, tuple.config, "A config inside a listing");
        expectSame((await thread.listed()).length, 4, "The length of a listing inside a listing");
        await thread.write(idOf(tuple), [["a", 1]]);
        await other.put({ id: seen.length });
        await other.delete();
      }
      const all = [4, 3, 2, 1].map(checkpointId);
      expectSame(seen, all, "A listing with calls inside");
    },
  }),
  clause("reentrancy/two-listings-in-turns", {
    rule: "Two listings iterated in turn each yield everything.",
    hint: "Keep the state of a listing in its generator.",
    async run({ saver, threadId }) {
      const threads = ["a", "b"].map((name) => new TestThread(saver, threadId(name)));
      for (const thread of threads) await thread.chain(5, () => ({ a: thread.id }));
      const iterators = threads.map((thread) => saver.list(thread.config()));
      const seen: string[][] = [[], []];
      for (let turn = 0; turn < 6; turn++) {
        for (const [index, iterator] of iterators.entries()) {
          const step = await iterator.next();
          if (step.done === true) continue;
          const { thread_id: thread }: Record<string, unknown> = step.value.config.configurable ?? {};
          expectSame(thread, threads[index]?.id, "The thread of a listed tuple");
          seen[index]?.push(idOf(step.value));
        }
      }
      const all = [5, 4, 3, 2, 1].map(checkpointId);
      expectSame(seen, [all, all], "Two listings iterated in turns");
    },
  }),
  clause("reentrancy/puts-during-a-listing", {
    rule: "Checkpoints put while a listing is iterated neither hide nor repeat earlier ones.",
    hint: "Continue from the last key, not from an offset.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const count = Math.max(sizes.paging, 20);
      for (let id = 1; id <= count; id++) await thread.put({ id: id * 2 });
      const seen: string[] = [];
      for await (const tuple of saver.list(thread.config())) {
        seen.push(idOf(tuple));
        if (seen.length % 10 === 0) await thread.put({ id: count * 2 + seen.length });
      }
      const stored = new Set(Array.from({ length: count }, (_, index) => checkpointId(2 * (index + 1))));
      const old = seen.filter((id) => stored.has(id));
      expectSame(old.length, count, "The number of tuples that were there before");
      expectSame(new Set(seen).size, seen.length, "The number of different tuples");
    },
  }),
];
