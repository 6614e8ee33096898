import type { WholeStorage, WriteOutcome } from "@threadmark/core/storage";
import { ensure, expectSame } from "../../assertions.ts";
import { pause } from "../../host.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { idsOf, putOf, scanOf, storedOf, threadsOf, writesOf } from "../requests.ts";
import { forest, leaves } from "../small-world.ts";

const [shared, missing] = [leaves[0]!, leaves[1]!];

/** Long enough for the clock of any storage to have moved. */
const MOMENT = 30;

/**
 * How many turns of the promise queue readers wait before they read. A storage in memory needs only a few turns for a
 * write, so the first readers find it halfway. The last read comes after all that it can do without waiting for a timer.
 */
const TURNS = [0, 2, 8, 32];

async function outcomes(answers: readonly Promise<WriteOutcome>[]): Promise<string[]> {
  return (await Promise.all(answers)).map(({ outcome }) => outcome);
}

/** Everything in a thread that a refused write could have changed. */
async function stateOf(storage: WholeStorage, thread: string): Promise<object> {
  const [record] = await threadsOf(storage, { thread });
  const checkpoints = await idsOf(storage, thread);
  const { updated, expires, entries, claim } = record ?? {};
  return { checkpoints, blobs: await storedOf(storage, thread, forest), updated, expires, entries, claim };
}

export const writeClauses: readonly StorageClause[] = [
  storageClause("write/what-is-relied-on-is-looked-for", {
    rule: "A write that names an epoch other than the thread's, or relies on a blob that the thread does not have, is `stale`.",
    hint: "Check the epoch and every blob of `relies` in the same transaction as the write.",
    async run({ storage }) {
      const first = await storage.put(putOf({ thread: "t", id: "1", blobs: [shared], refs: [shared.id] }));
      expectSame(first, { outcome: "stored", epoch: "e1" }, "A put into a new thread");
      for (const [what, request] of [
        ["another epoch", { epoch: "other", relies: [shared.id] }],
        ["a blob that is not stored", { epoch: "e1", relies: [missing.id] }],
        ["a blob that is stored and one that is not", { epoch: "e1", relies: [shared.id, missing.id] }],
      ] as const) {
        const put = await storage.put(putOf({ thread: "t", id: "2", ...request }));
        expectSame(put, { outcome: "stale" }, `put with ${what}`);
        const writes = await storage.putWrites(writesOf("t", "1", ["c"], request));
        expectSame(writes, { outcome: "stale" }, `putWrites with ${what}`);
      }
      const relying = { epoch: "e1", relies: [shared.id] };
      const gone = await storage.put(putOf({ thread: "gone", id: "1", ...relying }));
      expectSame(gone, { outcome: "stale" }, "put to a missing thread, with an epoch");
      const good = await storage.put(putOf({ thread: "t", id: "2", refs: [shared.id], ...relying }));
      expectSame(good, { outcome: "stored", epoch: "e1" }, "put with the epoch and a blob of the thread");
    },
  }),

  storageClause("write/is-refused-in-order-and-changes-nothing", {
    rule: "A write is refused as `expired`, `fenced`, `stale` or `conflict`, checked in this order, and a refused write changes nothing.",
    hint: "Make all checks before the first change, in the order of `WriteOutcome`, and roll back when one fails.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "t", id: "1" }));
      await storage.put(putOf({ thread: "over", id: "1" }));
      await storage.expire({ thread: "over", ttl: 0 });
      await pause(MOMENT);
      const before = await stateOf(storage, "t");
      const entries = [{ key: "user", token: '"x"', value: Uint8Array.of(1), seal: 0 }];
      const wrong = { parent: "0", fence: true, blobs: [missing], entries, ttl: 1e9, newEpoch: "e2" };
      const stale = { ...wrong, epoch: "other", relies: [shared.id] };
      for (const [expected, thread, request] of [
        [{ outcome: "expired" }, "over", { ...stale, claim: "nobody" }],
        [{ outcome: "fenced" }, "t", { ...stale, claim: "nobody" }],
        [{ outcome: "stale" }, "t", stale],
        [{ outcome: "conflict", head: "1" }, "t", wrong],
      ] as const) {
        const answer = await storage.put(putOf({ thread, id: "2", ...request }));
        expectSame(answer, expected, `put that is to be refused as ${expected.outcome}`);
        expectSame(await stateOf(storage, "t"), before, `The thread after ${expected.outcome}`);
      }
    },
  }),

  storageClause("write/of-many-fenced-ones-one-wins", {
    rule: "Of simultaneous puts with `fence`, all with the newest checkpoint as parent, one is stored.",
    hint: "Look for the newest checkpoint under the lock of the thread, in the same transaction as the put.",
    async run({ storage }) {
      let parent: string | undefined;
      for (const round of [1, 2, 3, 4, 5, 6]) {
        const puts = Array.from({ length: 8 }, (_, i) =>
          storage.put(putOf({ thread: "t", id: `${round}${i}`, parent, fence: true })),
        );
        const stored = (await outcomes(puts)).filter((outcome) => outcome === "stored").length;
        ensure(stored === 1, `${stored} of 8 puts with one parent and a fence were stored instead of 1.`);
        parent = (await idsOf(storage, "t"))[0];
      }
    },
  }),

  storageClause("write/is-seen-whole-or-not-at-all", {
    rule: "A read while a checkpoint or the writes of a task are being stored finds all of it, or nothing.",
    hint: "Write the record, its blobs and its writes in one transaction, and read in one.",
    async run({ storage }) {
      const readAfter = async (turns: number): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        const found = await storage.get({
          thread: "t",
          namespace: "",
          id: undefined,
          have: [],
          ttl: undefined,
        });
        if (!found || found.checkpoint.refs.length === 0) return;
        ensure(
          found.blobs.length === forest.length,
          `A reader found ${found.blobs.length} of ${forest.length} blobs.`,
        );
        ensure([0, 3].includes(found.writes.length), `A reader found ${found.writes.length} of 3 writes.`);
      };
      const readDuring = async (writing: Promise<unknown>): Promise<void> => {
        let isOver = false;
        const read = async (): Promise<void> => {
          while (!isOver) {
            await Promise.all(TURNS.map(readAfter));
            await pause(0);
          }
        };
        const write = writing.finally(() => {
          isOver = true;
        });
        await Promise.all([write, read()]);
      };
      for (let n = 10; n < 30; n++) {
        const id = String(n);
        await storage.deleteThreads(["t"]);
        await readDuring(
          storage.put(putOf({ thread: "t", id, blobs: forest, refs: forest.map((one) => one.id) })),
        );
        await readDuring(storage.putWrites(writesOf("t", id, ["a", "b", "c"])));
      }
    },
  }),

  storageClause("write/moves-updated", {
    rule: "`put` and `putWrites` change `updated` of a thread; `updateThread`, `claim`, `release` and `expire` do not.",
    hint: "Set `updated` in these two only.",
    async run({ storage }) {
      const orderIs = async (expected: readonly string[], after: string): Promise<void> => {
        const order = (await threadsOf(storage)).map(({ thread }) => thread);
        expectSame(order, expected, `Threads, the last written to first, after ${after}`);
        await pause(MOMENT);
      };
      await storage.put(putOf({ thread: "a", id: "1" }));
      await pause(MOMENT);
      await storage.put(putOf({ thread: "b", id: "1" }));
      await orderIs(["b", "a"], "a put into b");
      await storage.putWrites(writesOf("a", "1", ["c"]));
      await orderIs(["a", "b"], "writes to a");
      await storage.updateThread({ thread: "b", set: [], remove: ["user"] });
      await storage.claim({
        thread: "b",
        claim: "me",
        renews: false,
        ttl: 1000,
        newEpoch: "e2",
        threadTtl: undefined,
      });
      await storage.release({ thread: "b", claim: "me" });
      await storage.expire({ thread: "b", ttl: 1e9 });
      await orderIs(["a", "b"], "calls that do not write to b");
      await storage.put(putOf({ thread: "b", id: "2" }));
      await orderIs(["b", "a"], "another put into b");
    },
  }),

  storageClause("write/belongs-to-its-thread", {
    rule: "Threads, namespaces and ids are opaque texts: similar ones are different.",
    hint: "Compare whole values as bytes: no pattern, no case folding, no joined key without a length.",
    async run({ storage }) {
      const threads = ["t", "T", "t:1", "%", "t%", "\u00e9", "e\u0301", "a'b\"c\\"];
      for (const thread of threads) await storage.put(putOf({ thread, id: "1", namespace: thread }));
      for (const thread of threads) {
        const found = await scanOf(storage, thread);
        const names = found.map(({ checkpoint }) => checkpoint.namespace);
        expectSame(names, [thread], `The checkpoints of thread ${JSON.stringify(thread)}`);
      }
      await storage.deleteThreads(["t"]);
      expectSame(
        (await threadsOf(storage)).length,
        threads.length - 1,
        "The threads that are left after one was deleted",
      );
    },
  }),
];
