import type { WholeStorage } from "@threadmark/core/storage";
import { ensure, expectSame } from "../../assertions.ts";
import { pause } from "../../host.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { idsOf, putOf, scanOf, threadsOf, writesOf } from "../requests.ts";

const MOMENT = 30;
const [LONG, LONGER] = [1e9, 3e9];

async function expiryOf(storage: WholeStorage, thread: string): Promise<number> {
  const [record] = await threadsOf(storage, { thread });
  return record?.expires ?? Infinity;
}

export const lifetimeClauses: readonly StorageClause[] = [
  storageClause("expiry/moves-with-what-brings-a-time", {
    rule: "`put`, `putWrites`, `get` and `claim` set the expiry by the time to live in the request, and leave it unchanged if there is none; `expire` with `null` removes it, and with `undefined` leaves it unchanged.",
    hint: "Set the expiry in the statement itself, and only if the request has a time to live.",
    async run({ storage }) {
      const newest = { thread: "t", namespace: "", id: undefined, have: [] };
      const claim = { thread: "t", claim: "me", renews: false, ttl: LONG, newEpoch: "e2" };
      for (const [what, call] of [
        ["put", (ttl?: number) => storage.put(putOf({ thread: "t", id: "1", ttl }))],
        ["putWrites", (ttl?: number) => storage.putWrites(writesOf("t", "1", ["c"], { ttl }))],
        ["get", (ttl?: number) => storage.get({ ...newest, ttl })],
        ["claim", (ttl?: number) => storage.claim({ ...claim, threadTtl: ttl })],
      ] as const) {
        await storage.deleteThreads(["t"]);
        await storage.put(putOf({ thread: "t", id: "1", ttl: LONG }));
        const before = await expiryOf(storage, "t");
        await call(undefined);
        expectSame(await expiryOf(storage, "t"), before, `The expiry after ${what} without a time to live`);
        await call(LONGER);
        const moved = (await expiryOf(storage, "t")) - before;
        ensure(moved > LONG, `${what} with a longer time to live moved the expiry by ${moved} milliseconds.`);
      }
      const before = await expiryOf(storage, "t");
      await storage.expire({ thread: "t", ttl: undefined });
      expectSame(
        await expiryOf(storage, "t"),
        before,
        "The expiry after the thread's own time to live was removed",
      );
      await storage.expire({ thread: "t", ttl: null });
      expectSame(await expiryOf(storage, "t"), Infinity, "The expiry of a thread that never ends");
    },
  }),

  storageClause("expiry/sweep-takes-what-it-is-asked-for", {
    rule: "`sweep` removes only expired threads, only the thread that is named (if any), at most `limit`, and says how many.",
    hint: "Check name, expiry and limit in one statement, and count what it removed.",
    async run({ storage }) {
      const names = ["1", "2", "3", "4", "5"];
      for (const thread of [...names, "alive"]) await storage.put(putOf({ thread, id: "1" }));
      for (const thread of names) await storage.expire({ thread, ttl: 0 });
      await pause(MOMENT);
      expectSame(await storage.sweep({ thread: "alive", limit: 9 }), 0, "A sweep of a thread that is alive");
      expectSame(await storage.sweep({ thread: "1", limit: 9 }), 1, "A sweep of one thread");
      const again = await storage.put(putOf({ thread: "2", id: "2" }));
      expectSame(again, { outcome: "expired" }, "A put into an expired thread that was not named");
      expectSame(await storage.sweep({ thread: undefined, limit: 3 }), 3, "A sweep with limit 3");
      expectSame(await storage.sweep({ thread: undefined, limit: 3 }), 1, "The next sweep");
      expectSame(await storage.sweep({ thread: undefined, limit: 3 }), 0, "A sweep of nothing");
      expectSame(await idsOf(storage, "alive"), ["1"], "A thread that is alive, after the sweeps");
    },
  }),

  storageClause("remove/takes-writes-along", {
    rule: "A removal removes the writes of the removed checkpoints and no others, and gives the thread its new epoch; `deleteThreads` says how many threads existed.",
    hint: "Delete writes by namespace and checkpoint, in the same transaction.",
    async run({ storage }) {
      for (const namespace of ["", "inner"]) {
        for (const id of ["1", "2"]) {
          await storage.put(putOf({ thread: "t", namespace, id }));
          await storage.putWrites({ ...writesOf("t", id, ["c"]), namespace });
        }
      }
      await storage.putWrites(writesOf("t", "early", ["c"]));
      const checkpoints = [{ namespace: "", id: "1" }];
      await storage.remove({ thread: "t", checkpoints, relink: [], newEpoch: "e2" });
      const put = await storage.put(putOf({ thread: "t", id: "1" }));
      expectSame(put, { outcome: "stored", epoch: "e2" }, "A put after the removal");
      await storage.put(putOf({ thread: "t", id: "early" }));
      const found = await scanOf(storage, "t");
      const counts = found.map(
        ({ checkpoint: { namespace, id }, writes }) => `${namespace}/${id}: ${writes.length}`,
      );
      const expected = ["/1: 0", "/2: 1", "/early: 1", "inner/1: 1", "inner/2: 1"];
      expectSame(counts.toSorted(), expected, "The numbers of writes");
      await storage.put(putOf({ thread: "u", id: "1" }));
      expectSame(await storage.deleteThreads(["t", "none", "u"]), 2, "The number of deleted threads");
      expectSame(await storage.deleteThreads(["t"]), 0, "The number of threads deleted once more");
    },
  }),
];
