import type { PutRequest } from "@threadmark/core/storage";
import { patch, tick } from "../../mutants/mutant.ts";
import { everything, newestBy, type StorageMutant } from "./mutant.ts";

export const transactionMutants: readonly StorageMutant[] = [
  {
    name: "reads the newest checkpoint before the transaction",
    clause: "write/of-many-fenced-ones-one-wins",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        if (!request.fence) return put(request);
        const { thread, checkpoint } = request;
        const head = await newestBy(storage, thread, (a, b) => (a < b ? -1 : 1));
        await tick();
        if (head !== checkpoint.parent && head !== checkpoint.id) return { outcome: "conflict", head };
        return put({ ...request, fence: false });
      });
    },
  },
  {
    name: "stores the record first and its blobs then",
    clause: "write/is-seen-whole-or-not-at-all",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        await put({ ...request, blobs: [] });
        await tick();
        return put(request);
      });
    },
  },
  {
    name: "stores the writes of a task one by one",
    clause: "write/is-seen-whole-or-not-at-all",
    breakStorage: (storage) => {
      patch(storage, "putWrites", (putWrites) => async (request) => {
        for (const write of request.writes.slice(0, -1)) {
          await putWrites({ ...request, writes: [write] });
          await tick();
        }
        return putWrites({ ...request, writes: request.writes.slice(-1) });
      });
    },
  },
  {
    name: "looks for what is relied on before the transaction",
    clause: "remove/loses-nothing-that-is-stored-meanwhile",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request: PutRequest) => {
        if (request.relies.length === 0) return put(request);
        const { thread, relies } = request;
        const found = await storage.blobs({ thread, refs: relies, have: [] });
        await tick();
        if (found.length < relies.length) return { outcome: "stale" };
        return put({ ...request, epoch: undefined, relies: [] });
      });
    },
  },
  {
    name: "reads the claim, and then sets it",
    clause: "claims/have-one-owner",
    breakStorage: (storage) => {
      patch(storage, "claim", (claim) => async (request) => {
        const before = await storage.threads({ ...everything, thread: request.thread });
        await tick();
        const held = before.threads[0]?.claim;
        if (held && held.id !== request.claim) return { outcome: "held", until: held.until };
        const now = await storage.threads({ ...everything, thread: request.thread });
        const other = now.threads[0]?.claim;
        if (other) await storage.release({ thread: request.thread, claim: other.id });
        return claim(request);
      });
    },
  },
];
