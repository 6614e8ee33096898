import { expectRefused, expectSame } from "../assertions.ts";
import { requiredMethods } from "../calls.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread, checkpointOf, collect, metadataOf } from "../thread.ts";

function history(saver: TestedSaver, thread: TestThread): unknown {
  return saver.getDeltaChannelHistory?.({ config: thread.config(1), channels: ["a"] });
}

type Call = [name: string, call: () => Promise<unknown>];

/** A call of every method that the saver has. */
function everyCall(saver: TestedSaver, thread: TestThread): Call[] {
  const { id } = thread;
  const extended: [keyof TestedSaver, () => unknown][] = [
    ["setup", () => saver.setup?.()],
    ["getDeltaChannelHistory", () => history(saver, thread)],
    ["listThreads", () => saver.listThreads?.()[Symbol.asyncIterator]().next()],
    ["copyThread", () => saver.copyThread?.(id, `${id}-copy`)],
    ["prune", () => saver.prune?.({ threadIds: [id], keepLatest: 1 })],
    ["deleteForRuns", () => saver.deleteForRuns?.(["run"])],
    ["setThreadTtl", () => saver.setThreadTtl?.(id, { seconds: 60 })],
    ["sweep", () => saver.sweep?.()],
  ];
  return [
    ...extended
      .filter(([name]) => saver[name] !== undefined)
      .map(([name, call]): Call => [name, async () => call()]),
    ["getTuple", () => thread.find()],
    ["get", () => saver.get(thread.config())],
    ["list", () => collect(saver.list(thread.config()))],
    ["put", () => saver.put(thread.config(), checkpointOf({ id: 2 }), metadataOf({ id: 2 }), {})],
    ["putWrites", () => thread.write(1, [["a", 1]])],
    ["deleteThread", () => thread.delete()],
  ];
}

export const openingClauses: readonly Clause[] = [
  clause("opening/has-the-methods-of-a-checkpointer", {
    rule: "A saver has `get`, `getTuple`, `list`, `put`, `putWrites`, `deleteThread` and `getNextVersion`.",
    hint: "Extend BaseCheckpointSaver, and implement its abstract methods.",
    async run({ saver }) {
      const missing = requiredMethods.filter((name) => !(name in saver));
      expectSame(missing, [], "The methods that are missing");
    },
  }),
  clause("opening/setup-may-run-many-times", {
    rule: "`setup` may be called repeatedly, concurrently and by several savers; every call resolves and changes nothing that is stored.",
    hint: "Take a lock in the database, and create only what is missing.",
    needs: ["setup"],
    alone: true,
    async run({ saver, threadId, reopen }) {
      const others = await Promise.all([1, 2, 3].map(() => reopen().catch(() => saver)));
      const all = [saver, ...others, ...others, saver];
      await Promise.all(all.map(async (one) => one.setup?.()));
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await saver.setup?.();
      expectSame(await thread.values(), { a: 1 }, "The values after another setup");
    },
  }),
  clause("opening/close-may-be-called-twice", {
    rule: "`close` may be called repeatedly, and `Symbol.asyncDispose`, if a saver has it, closes too.",
    hint: "Remember that the saver is closed.",
    needs: ["close"],
    alone: true,
    async run({ saver, threadId }) {
      await new TestThread(saver, threadId()).put({ id: 1 });
      await saver.end?.();
      const dispose: unknown = Reflect.get(saver, Symbol.asyncDispose ?? "asyncDispose");
      if (typeof dispose === "function") await (Reflect.apply(dispose, saver, []) as Promise<unknown>);
      await saver.close?.();
      await saver.close?.();
    },
  }),
  clause("opening/a-closed-saver-refuses", {
    rule: "After `close` every method is refused with `CLOSED`.",
    hint: "Check this first in every method; errors of a closed driver do not say what happened.",
    needs: ["close"],
    alone: true,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await saver.close?.();
      const calls = everyCall(saver, thread);
      for (const [name, call] of calls) {
        await expectRefused(call, `${name} after close`, "CLOSED");
      }
    },
  }),
  clause("opening/close-waits-for-calls-under-way", {
    rule: "`close` resolves after the calls that were made before it, and these complete; the next item of a listing that is being read is refused with `CLOSED`.",
    hint: "Count the calls in progress, and close the client when none are left.",
    needs: ["close"],
    alone: true,
    async run({ saver, threadId, reopen, sizes }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      const listing = saver.list(thread.config(), { limit: 2 });
      expectSame((await listing.next()).done, false, "Whether the listing was at its end");
      const numbers = Array.from({ length: sizes.atOnce }, (_, n) => n);
      const settled = new Set<number>();
      const call = async (n: number): Promise<void> => {
        const other = new TestThread(saver, threadId(`${n}`));
        await (n % 2 === 0 ? other.put({ id: 1, values: { a: n } }) : thread.values(3));
        settled.add(n);
      };
      const calls = Promise.allSettled(numbers.map(call));
      await saver.close?.();
      const ended = settled.size;
      const failed = (await calls).filter((result) => result.status === "rejected");
      expectSame(failed, [], "The calls that failed because of close");
      expectSame(ended, numbers.length, "The number of calls that had ended when close resolved");
      await expectRefused(() => listing.next(), "The next item of a listing after close", "CLOSED");
      const other = await reopen().catch(() => undefined);
      if (other === undefined) return;
      for (const n of numbers.filter((number) => number % 2 === 0)) {
        const stored = new TestThread(other, threadId(`${n}`));
        expectSame(await stored.values(), { a: n }, "The values of a put that close has waited for");
      }
    },
  }),
  clause("opening/closing-one-saver-leaves-others-open", {
    rule: "Closing a saver leaves the data as it is, and other savers on the same data working.",
    hint: "Close only a client or pool that the saver itself created.",
    needs: ["close", "reopen"],
    alone: true,
    async run({ saver, reopen, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      const other = thread.on(await reopen());
      await saver.close?.();
      expectSame(await other.values(), { a: 1 }, "The values after another saver was closed");
      await other.put({ id: 2, parent: 1, values: { a: 2 } });
      expectSame(await thread.on(await reopen()).values(), { a: 2 }, "The values of a new saver");
    },
  }),
];
