import { ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointOf, collect, metadataOf } from "../thread.ts";

export const openingClauses: readonly Clause[] = [
  clause("opening/setup-may-run-many-times", {
    rule: "`setup` may be called again, at once and by several savers; every call resolves and changes nothing that is stored.",
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
    rule: "`close` may be called again, and `Symbol.asyncDispose` closes too.",
    hint: "Remember that the saver is closed.",
    needs: ["close"],
    alone: true,
    async run({ saver, threadId }) {
      await new TestThread(saver, threadId()).put({ id: 1 });
      const dispose: unknown = Reflect.get(saver, Symbol.asyncDispose ?? "asyncDispose");
      ensure(typeof dispose === "function", "The saver has close but no Symbol.asyncDispose.");
      await (Reflect.apply(dispose, saver, []) as Promise<unknown>);
      await saver.close?.();
      await saver.close?.();
    },
  }),
  clause("opening/a-closed-saver-refuses", {
    rule: "After `close` every method is refused with `CLOSED`.",
    hint: "Check it first in every method; errors of a closed driver tell nobody what happened.",
    needs: ["close"],
    alone: true,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await saver.close?.();
      const calls: [string, () => Promise<unknown>][] = [
        ["getTuple", () => thread.find()],
        ["get", () => saver.get(thread.config())],
        ["list", () => collect(saver.list(thread.config()))],
        ["put", () => saver.put(thread.config(), checkpointOf({ id: 2 }), metadataOf({ id: 2 }), {})],
        ["putWrites", () => thread.write(1, [["a", 1]])],
        ["deleteThread", () => thread.delete()],
      ];
      for (const [name, call] of calls) {
        await expectRefused(call, `${name} after close`, "CLOSED");
      }
    },
  }),
  clause("opening/closing-one-saver-leaves-others-open", {
    rule: "Closing a saver leaves other savers on the same data working, and the data as it is.",
    hint: "Close only the client or pool that the saver itself made.",
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
