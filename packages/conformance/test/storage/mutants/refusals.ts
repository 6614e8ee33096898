import { patch } from "../../mutants/mutant.ts";
import { newestBy, type StorageMutant } from "./mutant.ts";

const newest = { namespace: "", id: undefined, have: [], ttl: undefined };
const nothing = {
  namespace: "",
  checkpoint: "nowhere",
  writes: [],
  epoch: undefined,
  relies: [],
  ttl: undefined,
  entries: [],
  claim: undefined,
};

export const refusalMutants: readonly StorageMutant[] = [
  {
    name: "checks the fence before all else",
    clause: "write/is-refused-in-order-and-changes-nothing",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        const { thread, checkpoint, fence } = request;
        const head = await newestBy(storage, thread, (a, b) => (a < b ? -1 : 1));
        if (fence && head !== checkpoint.parent && head !== checkpoint.id)
          return { outcome: "conflict", head };
        return put(request);
      });
    },
  },
  {
    name: "keeps the blobs of a write that it refuses",
    clause: "write/is-refused-in-order-and-changes-nothing",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        const answer = await put(request);
        if (answer.outcome === "stored" || answer.outcome === "expired") return answer;
        const { thread, blobs } = request;
        const { epoch = "e" } = (await storage.get({ ...newest, thread })) ?? {};
        await storage.putWrites({ ...nothing, thread, blobs, newEpoch: epoch });
        return answer;
      });
    },
  },
  {
    name: "never answers conflict to a removal",
    clause: "remove/refuses-where-a-child-is-not-known",
    breakStorage: (storage) => {
      patch(storage, "remove", (remove) => async (request) => {
        const answer = await remove(request);
        if (answer.outcome === "removed") return answer;
        const { thread } = request;
        const { checkpoints } = await storage.outline({ thread, after: undefined, limit: 1000 });
        return remove({
          ...request,
          relink: checkpoints.map(({ namespace, id, parent, parentSeal }) => ({
            namespace,
            id,
            parent,
            parentSeal,
          })),
        });
      });
    },
  },
];
