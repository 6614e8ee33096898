import { NotApplicable, ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { LONG, SHORT, expectGone, withinLife } from "../expiry.ts";
import { eventually } from "../host.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread, collect, configOf } from "../thread.ts";

const HINT =
  "A whole thread expires at once. Compare its expiry in every read, and extend it in the operation that writes.";

/** When the thread expires, in milliseconds, or `undefined` for never. */
async function expiryOf(saver: TestedSaver, thread: TestThread): Promise<number | undefined> {
  if (saver.listThreads === undefined) throw new NotApplicable("the saver has no method listThreads");
  for await (const summary of saver.listThreads()) {
    if (summary.threadId === thread.id) return summary.expiresAt?.getTime();
  }
  return undefined;
}

async function withTtl(context: ClauseContext, seconds: number, refreshOnRead = false): Promise<TestThread> {
  const { saver } = await context.openWith({ ttl: { seconds, refreshOnRead } });
  return new TestThread(saver, context.threadId(`${seconds}`));
}

/** Whether a thread that has expired and is put again could be read before it expired again. */
async function startsOver(context: ClauseContext, seconds: number): Promise<boolean> {
  const thread = await withTtl(context, seconds);
  const long = "text that is long enough to be stored apart ".repeat(100);
  // The put comes last: once it cannot be found, the writes have expired as well.
  await thread.write(2, [["a", "old"]]);
  await thread.put({ id: 1, values: { long, n: 1 } });
  await expectGone(thread, context, seconds);
  const values = { long, n: 2 };
  await thread.put({ id: 2, parent: 1, values, versions: { long: 1, n: 2 }, newVersions: { n: 2 } });
  ensure((await thread.find(1)) === undefined, "The new thread has the old checkpoint.");
  // If it can still be read, it had not expired when the old checkpoint was looked for.
  const tuple = await thread.find();
  if (tuple === undefined) return false;
  expectSame({ ...tuple.checkpoint.channel_values }, values, "The values of the new thread");
  expectSame(tuple.pendingWrites, [], "The writes of the new thread");
  return true;
}

/** Whether a thread was whole before it expired; then none of it may be left. */
async function expiresWhole(context: ClauseContext, seconds: number): Promise<boolean> {
  const thread = await withTtl(context, seconds);
  const { saver } = thread;
  await thread.chain(3, (n) => ({ a: n }));
  await thread.in("inner").put({ id: 1, values: { a: 1 } });
  await thread.write(3, [["a", 1]]);
  if ((await thread.find(1)) === undefined || (await thread.in("inner").find()) === undefined) return false;
  await expectGone(thread, context, seconds);
  ensure((await thread.find(1)) === undefined, "An old checkpoint outlived its thread.");
  ensure((await thread.in("inner").find()) === undefined, "A namespace outlived its thread.");
  const listed = await collect(saver.list(configOf(thread.id, undefined)));
  expectSame(listed.length, 0, "The number of listed tuples of an expired thread");
  expectSame((await collect(saver.list({}))).length, 0, "That of all threads");
  for await (const { threadId } of saver.listThreads?.() ?? []) {
    ensure(threadId !== thread.id, "listThreads yields an expired thread.");
  }
  return true;
}

/** Whether the action moves the expiry on. */
async function moves(
  thread: TestThread,
  { sizes }: ClauseContext,
  action: () => Promise<unknown>,
): Promise<boolean> {
  const before = (await expiryOf(thread.saver, thread)) ?? 0;
  return eventually(async () => {
    await action();
    return ((await expiryOf(thread.saver, thread)) ?? 0) > before;
  }, sizes.patience);
}

export const ttlClauses: readonly Clause[] = [
  clause("ttl/a-thread-expires-whole", {
    rule: "With a time to live, a thread that has not been written to for that long disappears from every read: checkpoints, writes and listings, in all namespaces at once.",
    hint: HINT,
    async run(context) {
      await withinLife(context, expiresWhole);
    },
  }),
  clause("ttl/an-expired-thread-starts-over", {
    rule: "A put to an expired thread starts an empty one: nothing old comes back, and everything put is readable.",
    hint: "Remove what is left of an expired thread before storing, and drop everything cached about it.",
    async run(context) {
      await withinLife(context, startsOver);
    },
  }),
  clause("ttl/writing-renews", {
    rule: "`put` and `putWrites` extend the expiry of the thread.",
    hint: HINT,
    async run(context) {
      const thread = await withTtl(context, LONG);
      await thread.put({ id: 1 });
      const expiry = await expiryOf(thread.saver, thread);
      ensure(expiry !== undefined, "listThreads gives no expiresAt although the thread has a time to live.");
      const put = await moves(thread, context, () => thread.put({ id: 1 }));
      ensure(put, "put does not move expiresAt.");
      const wrote = await moves(thread, context, () => thread.write(1, [["a", 1]]));
      ensure(wrote, "putWrites does not move expiresAt.");
    },
  }),
  clause("ttl/reading-renews-when-asked", {
    rule: "With `refreshOnRead`, `getTuple` extends the expiry; without it, it does not.",
    hint: HINT,
    async run(context) {
      const asked = await withTtl(context, LONG, true);
      await asked.put({ id: 1 });
      ensure(await moves(asked, context, () => asked.find()), "getTuple does not move expiresAt.");
      const plain = await withTtl(context, LONG);
      await plain.put({ id: 1 });
      const before = await expiryOf(plain.saver, plain);
      ensure(before !== undefined, "listThreads gives no expiresAt.");
      const start = Date.now();
      await eventually(async () => {
        await plain.find();
        return Date.now() > start + 5;
      }, context.sizes.patience);
      expectSame(await expiryOf(plain.saver, plain), before, "expiresAt after reads");
    },
  }),
  clause("ttl/a-thread-may-have-its-own", {
    rule: "`setThreadTtl` gives a thread its own time to live, which writes renew; `null` means that it never expires, `undefined` that the saver's time applies again.",
    hint: "Keep a thread's own time with the thread; it takes precedence over the saver's.",
    needs: ["setThreadTtl", "listThreads"],
    async run(context) {
      const thread = await withTtl(context, LONG);
      const { saver } = thread;
      const distance = async (): Promise<number> =>
        ((await expiryOf(saver, thread)) ?? Infinity) - Date.now();
      await thread.put({ id: 1 });
      await saver.setThreadTtl?.(thread.id, { seconds: LONG * 24 });
      ensure((await distance()) > LONG * 2000, "The thread's own time does not count.");
      await thread.put({ id: 2, parent: 1 });
      ensure((await distance()) > LONG * 2000, "A put took the saver's time, not the thread's.");
      await saver.setThreadTtl?.(thread.id, null);
      await thread.put({ id: 3, parent: 2 });
      expectSame(await expiryOf(saver, thread), undefined, "expiresAt after setThreadTtl(null)");
      await saver.setThreadTtl?.(thread.id, undefined);
      await thread.put({ id: 4, parent: 3 });
      ensure((await distance()) < LONG * 2000, "The saver's time does not count again.");
      await saver.setThreadTtl?.(thread.id, { seconds: SHORT });
      await expectGone(thread, context);
    },
  }),
  clause("ttl/an-unknown-thread-has-none", {
    rule: "`setThreadTtl` of a thread that does not exist is refused with `THREAD_NOT_FOUND`, and creates no thread.",
    hint: "Update only if the thread exists.",
    needs: ["setThreadTtl"],
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const set = (): Promise<unknown> =>
        saver.setThreadTtl?.(thread.id, { seconds: 9 }) ?? Promise.resolve();
      await expectRefused(set, "setThreadTtl of an unknown thread", "THREAD_NOT_FOUND");
      ensure((await thread.find()) === undefined, "setThreadTtl made a thread.");
    },
  }),
  clause("ttl/sweep-removes-only-expired-threads", {
    rule: "`sweep` removes what is left of expired threads and leaves all others as they are.",
    hint: "Compare the expiry in the operation that removes: a put may just have renewed it.",
    needs: ["sweep", "setThreadTtl"],
    alone: true,
    async run(context) {
      const { saver, threadId } = context;
      const [stays, goes] = ["stays", "goes"].map((name) => new TestThread(saver, threadId(name)));
      ensure(stays !== undefined && goes !== undefined, "There are two threads.");
      for (const thread of [stays, goes]) {
        await thread.put({ id: 1, values: { a: thread.id } });
        await thread.write(1, [["a", 1]]);
      }
      const before = await stays.read();
      await saver.setThreadTtl?.(goes.id, { seconds: SHORT });
      await saver.sweep?.();
      await expectGone(goes, context);
      await saver.sweep?.();
      expectSame(await stays.read(), before, "A thread without a time to live after sweep");
      await goes.put({ id: 1, values: { a: "new" } });
      expectSame(await goes.writes(1), [], "The writes of a swept thread that was put again");
      expectSame(await goes.values(1), { a: "new" }, "Its values");
    },
  }),
];
