import { ensure, expectSame } from "../../assertions.ts";
import { eventually, pause } from "../../host.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { comparable } from "../comparable.ts";
import { idsOf, putOf, scanOf, storedOf, threadsOf, writesOf } from "../requests.ts";
import { leaves } from "../small-world.ts";

const blob = leaves[4]!;
const PATIENCE = 10_000;
const MOMENT = 50;

/** What a copy has of its original. */
async function contentOf(...[storage, thread]: Parameters<typeof idsOf>): Promise<unknown> {
  const found = await scanOf(storage, thread);
  const records = found.map(({ checkpoint, writes }) => ({ checkpoint, writes }));
  const [record] = await threadsOf(storage, { thread });
  const { expires, entries, head } = record ?? {};
  return comparable({ records, stored: await storedOf(storage, thread, [blob]), expires, entries, head });
}

export const threadClauses: readonly StorageClause[] = [
  storageClause("setup/may-run-many-times", {
    rule: "`setup` may be called any number of times, even concurrently, and changes nothing that is stored.",
    hint: "Create what is missing, and nothing else.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "t", id: "1" }));
      await Promise.all([storage.setup(), storage.setup(), storage.setup()]);
      expectSame(await idsOf(storage, "t"), ["1"], "The checkpoints after another setup");
    },
  }),

  storageClause("copy/is-whole-and-apart", {
    rule: "A copy has everything except the claim, including the expiry and the thread's own time to live, and shares nothing with the original.",
    hint: "Copy every table that has the thread in its key, with the thread's row.",
    async run({ storage }) {
      const entries = [{ key: "user", token: '"x"', value: Uint8Array.of(1), seal: 0 }];
      await storage.put(putOf({ thread: "a", id: "1", blobs: [blob], refs: [blob.id], entries }));
      await storage.putWrites(writesOf("a", "1", ["c", "d"]));
      await storage.expire({ thread: "a", ttl: 1e9 });
      await storage.claim({
        thread: "a",
        claim: "me",
        renews: false,
        ttl: 1e9,
        newEpoch: "e2",
        threadTtl: undefined,
      });
      const original = await contentOf(storage, "a");
      const request = { from: "a", to: "b", newEpoch: "e2", sealShift: 0 };
      expectSame(await storage.copyThread(request), "copied", "copyThread");
      expectSame(await storage.copyThread(request), "copied", "The same call of copyThread once more");
      expectSame(
        await storage.copyThread({ ...request, newEpoch: "e3" }),
        "exists",
        "another copy to one target",
      );
      expectSame(await storage.copyThread({ ...request, from: "none" }), "missing", "A copy of nothing");
      expectSame(await contentOf(storage, "b"), original, "The copy");
      const [copy] = await threadsOf(storage, { thread: "b" });
      expectSame(copy?.claim, undefined, "The claim of the copy");
      // With its own time, a put does not end it.
      await storage.put(putOf({ thread: "b", id: "2", ttl: 1 }));
      await pause(MOMENT);
      await storage.deleteThreads(["a"]);
      expectSame(await idsOf(storage, "b"), ["2", "1"], "The copy after the original was deleted");
      expectSame(await storedOf(storage, "b", [blob]), [blob.id], "The blobs of the copy");
    },
  }),

  storageClause("claims/have-one-owner", {
    rule: "Of simultaneous claims, one gets the thread; the others are `held`. Only the owner can renew.",
    hint: "Compare and set in one step: an update with the condition in it, not a read and then a write.",
    async run({ storage }) {
      for (let round = 0; round < 6; round++) {
        const thread = `t${round}`;
        if (round % 2 === 0) await storage.put(putOf({ thread, id: "1" }));
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            storage.claim({
              thread,
              claim: `c${i}`,
              renews: false,
              ttl: 1e9,
              newEpoch: "e1",
              threadTtl: undefined,
            }),
          ),
        );
        const owners = answers.filter(({ outcome }) => outcome === "claimed").length;
        ensure(owners === 1, `${owners} of 8 claims got the thread instead of 1.`);
        const owner = `c${answers.findIndex(({ outcome }) => outcome === "claimed")}`;
        const [record] = await threadsOf(storage, { thread });
        expectSame(record?.claim?.id, owner, "The owner of the thread");
        expectSame(await storage.release({ thread, claim: "other" }), false, "The release of another claim");
        const renewal = { thread, renews: true, ttl: 1e9, newEpoch: "e2", threadTtl: undefined };
        const others = await storage.claim({ ...renewal, claim: "other" });
        expectSame(others.outcome, "lost", "The renewal of another claim");
        const own = await storage.claim({ ...renewal, claim: owner });
        expectSame(own.outcome, "claimed", "The renewal of the claim");
        const write = await storage.put(putOf({ thread, id: "2", claim: owner }));
        expectSame(write.outcome, "stored", "A put under the claim");
      }
    },
  }),

  storageClause("expiry/takes-the-thread-as-a-whole", {
    rule: "An expired thread is absent for every read and `expired` for every write until it is swept.",
    hint: "Compare the time in every statement that reads, by the clock of the database.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "t", id: "1", run: "r", blobs: [blob], refs: [blob.id], ttl: 20 }));
      const isGone = async (): Promise<boolean> => (await idsOf(storage, "t")).length === 0;
      ensure(await eventually(isGone, PATIENCE), "A thread with 20 milliseconds to live does not end.");
      const at = { thread: "t", namespace: "", id: undefined };
      expectSame(
        await storage.get({ ...at, have: [], ttl: undefined }),
        undefined,
        "get of an expired thread",
      );
      expectSame(await storage.ancestors({ ...at, limit: 9 }), [], "ancestors in an expired thread");
      expectSame(await storedOf(storage, "t", [blob]), [], "The blobs of an expired thread");
      expectSame(
        (await storage.outline({ thread: "t", after: undefined, limit: 9 })).checkpoints,
        [],
        "outline of an expired thread",
      );
      expectSame(
        (await storage.runs({ runs: ["r"], after: undefined, limit: 9 })).threads,
        [],
        "runs after the thread has expired",
      );
      expectSame(await threadsOf(storage), [], "The threads after one has expired");
      expectSame(
        await storage.updateThread({ thread: "t", set: [], remove: [] }),
        false,
        "updateThread of an expired thread",
      );
      expectSame(await storage.expire({ thread: "t", ttl: null }), false, "expire of an expired thread");
      const copy = { from: "t", to: "u", newEpoch: "e2", sealShift: 0 };
      expectSame(await storage.copyThread(copy), "missing", "copyThread of an expired thread");
      expectSame(
        await storage.put(putOf({ thread: "t", id: "2" })),
        { outcome: "expired" },
        "put to an expired thread",
      );
      expectSame(
        await storage.putWrites(writesOf("t", "1", ["c"])),
        { outcome: "expired" },
        "putWrites to an expired thread",
      );
      expectSame(await storage.sweep({ thread: undefined, limit: 100 }), 1, "The number of threads swept");
      const again = await storage.put(putOf({ thread: "t", id: "2", newEpoch: "e2" }));
      expectSame(again, { outcome: "stored", epoch: "e2" }, "A put after the sweep");
      expectSame(await idsOf(storage, "t"), ["2"], "The checkpoints after the sweep");
    },
  }),

  storageClause("expiry/a-time-of-its-own-goes-first", {
    rule: "A thread with its own time to live, or with `null`, keeps it, whatever time to live a put, a read or a claim requests.",
    hint: "Store the thread's own time with its expiry, and use it instead of the request's.",
    async run({ storage }) {
      for (const [thread, ttl] of [
        ["never", null],
        ["long", 1e9],
      ] as const) {
        await storage.put(putOf({ thread, id: "1" }));
        await storage.expire({ thread, ttl });
        await storage.put(putOf({ thread, id: "2", ttl: 1 }));
        await storage.get({ thread, namespace: "", id: undefined, have: [], ttl: 1 });
        await storage.claim({ thread, claim: "me", renews: false, ttl: 1, newEpoch: "e2", threadTtl: 1 });
      }
      await pause(MOMENT);
      expectSame(await idsOf(storage, "never"), ["2", "1"], "A thread that never ends");
      expectSame(await idsOf(storage, "long"), ["2", "1"], "A thread with its own, long time to live");
    },
  }),
];
