import type { MemoryStorage } from "@threadmark/core/memory";
import { patch } from "../../mutants/mutant.ts";
import type { StorageMutant } from "./mutant.ts";

async function storedAt(
  storage: MemoryStorage,
  thread: string,
  { namespace, id }: { namespace: string; id: string },
) {
  const page = await storage.scan({
    thread,
    namespace,
    id,
    before: undefined,
    filter: [],
    after: undefined,
    limit: 1,
    have: [],
  });
  return page.checkpoints[0];
}

export const lifetimeMutants: readonly StorageMutant[] = [
  {
    name: "the writes of tasks do not renew",
    clause: "expiry/moves-with-what-brings-a-time",
    breakStorage: (storage) => {
      patch(storage, "putWrites", (putWrites) => (request) => putWrites({ ...request, ttl: undefined }));
    },
  },
  {
    name: "every read renews",
    clause: "expiry/moves-with-what-brings-a-time",
    breakStorage: (storage) => {
      patch(storage, "get", (get) => (request) => get({ ...request, ttl: request.ttl ?? 1e10 }));
    },
  },
  {
    name: "a claim does not renew",
    clause: "expiry/moves-with-what-brings-a-time",
    breakStorage: (storage) => {
      patch(storage, "claim", (claim) => (request) => claim({ ...request, threadTtl: undefined }));
    },
  },
  {
    name: "a thread without its own time to live never expires",
    clause: "expiry/moves-with-what-brings-a-time",
    breakStorage: (storage) => {
      patch(storage, "expire", (expire) => async (request) => {
        if (request.ttl === undefined) await expire({ ...request, ttl: null });
        return expire(request);
      });
    },
  },
  {
    name: "sweep knows no limit",
    clause: "expiry/sweep-takes-what-it-is-asked-for",
    breakStorage: (storage) => {
      patch(storage, "sweep", (sweep) => (request) => sweep({ ...request, limit: 1000 }));
    },
  },
  {
    name: "a sweep of one thread sweeps all",
    clause: "expiry/sweep-takes-what-it-is-asked-for",
    breakStorage: (storage) => {
      patch(storage, "sweep", (sweep) => (request) => sweep({ ...request, thread: undefined }));
    },
  },
  {
    name: "a removal leaves the writes",
    clause: "remove/takes-writes-along",
    breakStorage: (storage) => {
      patch(storage, "remove", (remove) => async (request) => {
        const { thread, newEpoch } = request;
        const gone = await Promise.all(request.checkpoints.map((key) => storedAt(storage, thread, key)));
        const answer = await remove(request);
        const rest = {
          thread,
          blobs: [],
          epoch: undefined,
          relies: [],
          newEpoch,
          ttl: undefined,
          entries: [],
        };
        for (const [index, { namespace, id }] of request.checkpoints.entries()) {
          const writes = (gone[index]?.writes ?? []).map((write) => ({ ...write, refs: [] }));
          if (writes.length > 0)
            await storage.putWrites({ ...rest, claim: undefined, namespace, checkpoint: id, writes });
        }
        return answer;
      });
    },
  },
  {
    name: "deleteThreads counts what it was asked for",
    clause: "remove/takes-writes-along",
    breakStorage: (storage) => {
      patch(storage, "deleteThreads", (deleteThreads) => async (threads) => {
        await deleteThreads(threads);
        return threads.length;
      });
    },
  },
];
