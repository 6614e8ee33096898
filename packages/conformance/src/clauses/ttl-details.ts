import { ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { LONG, expectGone, withinLife } from "../expiry.ts";
import { TestThread } from "../thread.ts";

/** Whether a thread could be read before it expired; then no method may know it any more. */
async function goesForEveryMethod(context: ClauseContext, seconds: number): Promise<boolean> {
  const { saver } = await context.openWith({ ttl: { seconds } });
  const thread = new TestThread(saver, context.threadId(`${seconds}`));
  const copy = new TestThread(saver, context.threadId(`copy-${seconds}`));
  await thread.put({ id: 1, values: { d: "seed" } });
  await thread.write(1, [["d", "write"]]);
  await thread.put({ id: 2, parent: 1, versions: { d: 2 } });
  if ((await thread.find(1)) === undefined) return false;
  await expectGone(thread, context, seconds);
  expectSame(await saver.getThread?.(thread.id), undefined, "The expired thread that getThread returns");
  const history = await saver.getDeltaChannelHistory?.({ config: thread.config(2), channels: ["d"] });
  if (history) expectSame(history, { d: { writes: [] } }, "The history of a delta channel");
  for (const [name, call] of [
    ["copyThread", async () => saver.copyThread?.(thread.id, copy.id)],
    ["updateThread", async () => saver.updateThread?.(thread.id, { metadata: { a: 1 } })],
    ["setThreadTtl", async () => saver.setThreadTtl?.(thread.id, { seconds: LONG })],
  ] as const) {
    if (saver[name]) await expectRefused(call, `${name} of an expired thread`, "THREAD_NOT_FOUND");
  }
  ensure((await copy.find()) === undefined, "An expired thread was copied.");
  await thread.write(2, [["d", "late"]]);
  ensure((await thread.find()) === undefined, "Writes of a late task brought an expired thread back.");
  ensure((await thread.find(1)) === undefined, "Writes of a late task brought a checkpoint back.");
  return true;
}

export const ttlDetailClauses: readonly Clause[] = [
  clause("ttl/an-expired-thread-is-gone-for-every-method", {
    rule: "An expired thread is gone for `getThread`, `copyThread`, `updateThread`, `setThreadTtl` and `getDeltaChannelHistory` too, and writes of late tasks do not bring it back.",
    hint: "Compare the expiry in every statement, not only in those of getTuple and list.",
    async run(context) {
      await withinLife(context, goesForEveryMethod);
    },
  }),
  clause("ttl/a-copy-expires-like-its-source", {
    rule: "A copy expires when its source does, and has the time to live that `setThreadTtl` gave the source.",
    hint: "Copy the expiry and the thread's own time with the thread's record.",
    needs: ["copyThread", "setThreadTtl", "getThread"],
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ ttl: { seconds: LONG } });
      const [from, to] = ["from", "to"].map((name) => new TestThread(saver, threadId(name)));
      ensure(from !== undefined && to !== undefined, "There are two threads.");
      await from.put({ id: 1 });
      await saver.setThreadTtl?.(from.id, { seconds: LONG * 24 });
      await saver.copyThread?.(from.id, to.id);
      const expiryOf = async (thread: TestThread): Promise<number> =>
        (await saver.getThread?.(thread.id))?.expiresAt?.getTime() ?? Infinity;
      expectSame(await expiryOf(to), await expiryOf(from), "expiresAt of the copy");
      await to.put({ id: 2, parent: 1 });
      ensure(
        (await expiryOf(to)) - Date.now() > LONG * 2000,
        "A put took the saver's time, not the copy's own.",
      );
    },
  }),
];
