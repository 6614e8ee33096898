import type { ThreadPosition, WholeStorage } from "@threadmark/core/storage";
import { ensure, expectSame } from "../../assertions.ts";
import { pause } from "../../host.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { putOf, threadsOf, writesOf } from "../requests.ts";

/** Long enough for the clock of any storage to have moved. */
const MOMENT = 30;
/** A time to live that no test outlives, and half of it. */
const LONG = 1e9;

const entry = (key: string, token: string) => ({ key, token, value: Uint8Array.of(1), seal: 7 });

async function namesBy(
  storage: WholeStorage,
  filter: readonly [string, string | undefined][],
): Promise<string[]> {
  const terms = filter.map(([key, token]) => ({ key, token }));
  return (await threadsOf(storage, { filter: terms })).map(({ thread }) => thread).toSorted();
}

async function keysOf(storage: WholeStorage, thread: string): Promise<string[]> {
  const [record] = await threadsOf(storage, { thread });
  return (record?.entries ?? []).map(({ key, token }) => `${key}=${token}`).toSorted();
}

export const listingClauses: readonly StorageClause[] = [
  storageClause("threads/name-their-head-and-what-waits-there", {
    rule: "`head` is the checkpoint with the greatest id of the root namespace, compared as bytes, with its parent; its `pending` are all of its writes to the channels asked for, and no others.",
    hint: 'Look only among the checkpoints of the namespace `""`, and only among the writes of the head.',
    async run({ storage }) {
      const headIs = async (id: string | undefined, pending: readonly string[]): Promise<void> => {
        const [record] = await threadsOf(storage, { thread: "t", pendingChannels: ["c", "d", "none"] });
        const head = record?.head;
        expectSame(head?.id, id, "The head");
        const waiting = (head?.pending ?? []).map(({ channel, idx }) => `${channel} ${idx}`);
        expectSame(new Set(waiting), new Set(pending), "The channels of the writes that wait at the head");
        expectSame(waiting.length, pending.length, "The number of writes that wait at the head");
        if (head) expectSame([head.parent, head.parentSeal], [`before ${id}`, 5], "The parent of the head");
      };
      await storage.put(putOf({ thread: "t", namespace: "inner", id: "9" }));
      await storage.putWrites({ ...writesOf("t", "9", ["c"]), namespace: "inner" });
      await headIs(undefined, []);
      for (const id of ["\uffff", "\u{1f600}", "2"]) {
        await storage.put(putOf({ thread: "t", id, parent: `before ${id}`, parentSeal: 5 }));
      }
      await storage.putWrites(writesOf("t", "2", ["c"]));
      await headIs("\u{1f600}", []);
      await storage.putWrites(writesOf("t", "\u{1f600}", ["d", "d", "other"]));
      await headIs("\u{1f600}", ["d 0", "d 1"]);
    },
  }),

  storageClause("threads/are-found-by-their-entries", {
    rule: "Writes and `updateThread` set the entries that they name and leave the others; `threads` finds the threads with all terms of a filter; a term without a token means that the key is absent.",
    hint: "Keep each entry in a separate row, and combine the terms with AND.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "a", id: "1", entries: [entry("user", '"x"'), entry("n", "1")] }));
      await storage.put(putOf({ thread: "b", id: "1", entries: [entry("user", '"x"')] }));
      await storage.put(putOf({ thread: "c", id: "1" }));
      expectSame(await namesBy(storage, [["user", '"x"']]), ["a", "b"], "Threads by one term");
      expectSame(
        await namesBy(storage, [
          ["user", '"x"'],
          ["n", "1"],
        ]),
        ["a"],
        "Threads by two terms",
      );
      expectSame(
        await namesBy(storage, [
          ["user", '"x"'],
          ["n", undefined],
        ]),
        ["b"],
        "Threads without a key",
      );
      expectSame(await namesBy(storage, [["user", undefined]]), ["c"], "Threads without the key of others");
      await storage.put(putOf({ thread: "a", id: "2", entries: [entry("n", "2")] }));
      await storage.putWrites(writesOf("a", "2", ["c"], { entries: [entry("more", "null")] }));
      expectSame(await keysOf(storage, "a"), ["more=null", "n=2", 'user="x"'], "Entries after writes");
      expectSame(await namesBy(storage, [["n", "1"]]), [], "Threads by a token that was replaced");
      await storage.updateThread({ thread: "a", set: [entry("n", "3")], remove: ["user", "unknown"] });
      expectSame(await keysOf(storage, "a"), ["more=null", "n=3"], "Entries after updateThread");
      expectSame(await namesBy(storage, [["user", '"x"']]), ["b"], "Threads by a key that was removed");
    },
  }),

  storageClause("threads/come-in-pages", {
    rule: "Pages of `threads`, each starting after the last thread of the previous page, contain every thread once, most recently written first, and threads with the same time by name.",
    hint: "Compare time and thread together, and request one row more than the limit.",
    async run({ storage }) {
      const names = ["1", "10", "2", "Z", "a", "\uffff", "\u{1f600}"];
      await Promise.all(names.map((thread) => storage.put(putOf({ thread, id: "1" }))));
      const whole = await threadsOf(storage);
      for (const limit of [1, 3, names.length, names.length + 1]) {
        const found: string[] = [];
        let after: ThreadPosition | undefined;
        for (;;) {
          const request = { thread: undefined, filter: [], after, limit, pendingChannels: [] };
          const page = await storage.threads(request);
          ensure(page.threads.length <= limit, `A page of ${limit} has ${page.threads.length} threads.`);
          found.push(...page.threads.map(({ thread }) => thread));
          const last = page.threads.at(-1);
          if (!page.more || last === undefined) break;
          after = { updated: last.updated, thread: last.thread };
        }
        const expected = whole.map(({ thread }) => thread);
        expectSame(found, expected, `Pages of threads with ${limit} each`);
      }
      expectSame(whole.length, names.length, "The number of threads");
      // A place in the order need not be that of a thread.
      const [first] = whole;
      const after = { updated: first?.updated ?? 0, thread: `${first?.thread}\u0001` };
      const rest = await threadsOf(storage, { after });
      expectSame(rest.length, names.length - 1, "The number of threads after a place that is no thread's");
    },
  }),

  storageClause("threads/tell-their-times-in-milliseconds", {
    rule: "`created` never changes, and `updated` changes with every write; both, and also `expires` and the `until` of a claim, are milliseconds since 1970 by the storage's clock.",
    hint: "Set `created` only when the thread is created.",
    async run({ storage }) {
      const recordOf = async () => {
        const [record] = await threadsOf(storage, { thread: "t" });
        ensure(record !== undefined, "A thread that was put is not listed.");
        return record;
      };
      await storage.put(putOf({ thread: "t", id: "1", ttl: LONG }));
      const before = await recordOf();
      ensure(before.created <= before.updated, "A thread was updated before it was created.");
      const left = (before.expires ?? 0) - before.updated;
      ensure(
        Math.abs(left - LONG) < LONG / 2,
        `A thread with ${LONG} milliseconds to live expires in ${left}.`,
      );
      await pause(MOMENT);
      await storage.put(putOf({ thread: "t", id: "2" }));
      const claim = { thread: "t", claim: "me", ttl: LONG, newEpoch: "e2", threadTtl: undefined };
      await storage.claim({ ...claim, renews: false });
      const after = await recordOf();
      expectSame(after.created, before.created, "The time of creation after another put");
      ensure(after.updated > before.updated, "another put does not move the time of the thread.");
      expectSame(after.expires, before.expires, "The expiry after a put that brings no time to live");
      const owned = (after.claim?.until ?? 0) - after.updated;
      ensure(Math.abs(owned - LONG) < LONG / 2, `A claim for ${LONG} milliseconds ends in ${owned}.`);
      for (const renews of [true, false]) {
        await storage.claim({ ...claim, renews, ttl: LONG * (renews ? 2 : 3) });
        const longer = ((await recordOf()).claim?.until ?? 0) - (after.claim?.until ?? 0);
        const least = LONG * (renews ? 0.5 : 1.5);
        ensure(longer > least, `A claim that is claimed again for longer ends ${longer} milliseconds later.`);
      }
    },
  }),
];
