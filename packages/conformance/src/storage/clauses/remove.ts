import type { RemoveOutcome } from "@threadmark/core/storage";
import { ensure, expectSame } from "../../assertions.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { idsOf, putOf, scanOf, storedOf, threadsOf, writesOf } from "../requests.ts";
import { leaves, lower } from "../small-world.ts";

const [mine, ours] = [leaves[2]!, leaves[3]!];
const ROUNDS = 24;

const first = [{ namespace: "", id: "1" }];

export const removeClauses: readonly StorageClause[] = [
  storageClause("remove/refuses-where-a-child-is-not-known", {
    rule: "A removal that lists a checkpoint, but not its child, is a `conflict`, and removes nothing.",
    hint: "Before removing, look for a checkpoint that is in neither list but whose parent is to be removed.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "t", id: "1" }));
      await storage.put(putOf({ thread: "t", id: "2", parent: "1" }));
      const request = { thread: "t", checkpoints: first, newEpoch: "e2" };
      const refused = await storage.remove({ ...request, relink: [] });
      expectSame(refused, { outcome: "conflict" }, "A removal that does not know of the child");
      expectSame(await idsOf(storage, "t"), ["2", "1"], "The checkpoints after the conflict");
      const relink = [{ namespace: "", id: "2", parent: undefined, parentSeal: 7 }];
      const removed = await storage.remove({ ...request, relink });
      expectSame(removed, { outcome: "removed", blobs: 0 }, "A removal that links the child");
      const [left] = await scanOf(storage, "t");
      expectSame(left?.checkpoint.parent, undefined, "The parent of the child that is left");
      expectSame(left?.checkpoint.parentSeal, 7, "The seal of its parent");
    },
  }),

  storageClause("remove/frees-what-nothing-refers-to", {
    rule: "A removal removes the blobs that no remaining checkpoint or write refers to, and says how many.",
    hint: "Walk from the refs of what remains, through nodes, and delete every other blob of the thread.",
    async run({ storage }) {
      const both = [...leaves.slice(0, 4), ...lower];
      const [left, right] = [lower[0]!, lower[1]!];
      await storage.put(putOf({ thread: "t", id: "1", blobs: both, refs: [left.id, right.id] }));
      await storage.put(putOf({ thread: "t", id: "2", refs: [right.id] }));
      const answer = await storage.remove({ thread: "t", checkpoints: first, relink: [], newEpoch: "e2" });
      // `left` has the leaves 0 and 1, `right` has 1, 2 and 3.
      expectSame(
        answer,
        { outcome: "removed", blobs: 2 },
        "A removal of a node and of a leaf that is only below it",
      );
      const kept = [...leaves.slice(1, 4), right].map(({ id }) => id).toSorted();
      expectSame(await storedOf(storage, "t", both), kept, "The blobs that are left");
      const second = [{ namespace: "", id: "2" }];
      await storage.remove({ thread: "t", checkpoints: second, relink: [], newEpoch: "e3" });
      expectSame(await threadsOf(storage), [], "Threads after their last checkpoint was removed");
      await storage.put(putOf({ thread: "t", id: "3" }));
      expectSame(
        await storedOf(storage, "t", both),
        [],
        "blobs of a thread that was removed and starts again",
      );
    },
  }),

  storageClause("remove/keeps-all-blobs-while-one-is-missing", {
    rule: "While a remaining checkpoint or write, or a node below it, refers to a blob that is not stored, a removal removes no blob.",
    hint: "Count which referenced blobs are found. If one is missing, its reference may be damaged, and the blob that it should name must stay.",
    async run({ storage }) {
      // As damage leaves it: each refers to `ours` in another way, which is not stored.
      const [node, bystander] = [lower[1]!, leaves[4]!];
      const refer: Record<string, (thread: string) => Promise<unknown>> = {
        checkpoint: (thread) => storage.put(putOf({ thread, id: "2", refs: [ours.id] })),
        write: (thread) => {
          const request = writesOf(thread, "2", ["c"]);
          const writes = request.writes.map((write) => ({ ...write, refs: [ours.id] }));
          return storage.putWrites({ ...request, writes });
        },
        node: (thread) =>
          storage.put(putOf({ thread, id: "2", blobs: [...leaves.slice(1, 3), node], refs: [node.id] })),
      };
      for (const [what, put] of Object.entries(refer)) {
        const thread = `by a ${what}`;
        await storage.put(putOf({ thread, id: "1", blobs: [bystander], refs: [bystander.id] }));
        await storage.put(putOf({ thread, id: "2" }));
        await put(thread);
        await storage.put(putOf({ thread, id: "3" }));
        const before = await storedOf(storage, thread, leaves);
        const remove = (id: string, newEpoch: string): Promise<RemoveOutcome> =>
          storage.remove({ thread, checkpoints: [{ namespace: "", id }], relink: [], newEpoch });
        const answer = await remove("1", "e2");
        expectSame(
          answer,
          { outcome: "removed", blobs: 0 },
          `A removal where a blob that a ${what} refers to is missing`,
        );
        expectSame(await storedOf(storage, thread, leaves), before, "The blobs after it");
        await remove("2", "e3");
        expectSame(
          await storedOf(storage, thread, [...leaves, node]),
          [],
          "The blobs once what refers to it is gone",
        );
      }
    },
  }),

  storageClause("remove/loses-nothing-that-is-stored-meanwhile", {
    rule: "A put that arrives while checkpoints or the thread are being removed is `stale`, or everything that it needs is still stored.",
    hint: "A removal and a put of one thread must not overlap: lock the thread, or check again when the removal ends.",
    async run({ storage }) {
      for (let round = 0; round < ROUNDS; round++) {
        const thread = `t${round}`;
        await storage.put(putOf({ thread, id: "1", blobs: [mine, ours], refs: [mine.id, ours.id] }));
        const relying = { epoch: "e1", relies: [mine.id] };
        const whole = { blobs: [ours], newEpoch: "e3" };
        const remove = (): Promise<unknown> =>
          round % 3 === 0
            ? storage.deleteThreads([thread])
            : storage.remove({ thread, checkpoints: first, relink: [], newEpoch: "e2" });
        // Who comes first is another one from round to round.
        const before = round % 2 === 0 ? remove() : undefined;
        const puts = [
          storage.put(putOf({ thread, id: "3", refs: [ours.id], ...whole })),
          storage.put(putOf({ thread, id: "2", refs: [mine.id], ...relying })),
        ] as const;
        const [sure, bold] = await Promise.all([...puts, before ?? remove()]);
        ensure(sure.outcome === "stored", `A put that sends all that it needs is ${sure.outcome}.`);
        ensure(["stored", "stale"].includes(bold.outcome), `A put that relies on a blob is ${bold.outcome}.`);
        // A thread that was deleted takes with it what was stored before.
        const ids = await idsOf(storage, thread);
        for (const [id, blob] of [
          ["2", mine],
          ["3", ours],
        ] as const) {
          if (!ids.includes(id)) continue;
          const stored = await storedOf(storage, thread, [blob]);
          expectSame(stored, [blob.id], `The blob of checkpoint ${id}, which was put during a removal`);
        }
        if (round % 3 !== 0)
          ensure(ids.includes("3"), "A put that was stored during a removal cannot be read.");
      }
    },
  }),
];
