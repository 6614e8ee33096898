import { note, patch, tick, type Mutant } from "./mutant.ts";

export const claimsMutants: readonly Mutant[] = [
  {
    name: "anybody can release a claim",
    clause: "claims/one-owner-at-a-time",
    breakStorage(storage) {
      patch(storage, "release", (release) => async (request) => {
        const { thread } = request;
        const all = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const [record] = (await storage.threads(all)).threads;
        return release({ thread, claim: record?.claim?.id ?? request.claim });
      });
    },
  },
  {
    name: "writes of tasks are not compared with the claim",
    clause: "claims/writes-carry-it",
    breakStorage(storage) {
      patch(storage, "putWrites", (putWrites) => (request) => putWrites({ ...request, claim: undefined }));
    },
  },
  {
    name: "an earlier owner may continue",
    clause: "claims/can-be-lost",
    breakStorage(storage, store) {
      const before = note(store, "before", () => new Map<string, Set<string>>());
      patch(storage, "claim", (claim) => async (request) => {
        const result = await claim(request);
        const owners = before.get(request.thread) ?? new Set();
        if (result.outcome === "claimed") before.set(request.thread, owners.add(request.claim));
        return result;
      });
      patch(storage, "put", (put) => (request) => {
        const was = request.claim !== undefined && before.get(request.thread)?.has(request.claim);
        return put(was ? { ...request, claim: undefined } : request);
      });
    },
  },
  {
    name: "a renewal takes a thread that nobody has",
    clause: "claims/a-renewal-takes-nothing",
    breakStorage(storage) {
      patch(storage, "claim", (claim) => (request) => claim({ ...request, renews: false }));
    },
  },
  {
    name: "a renewal takes back a thread that was lost",
    clause: "claims/a-renewal-takes-nothing",
    breakStorage(storage) {
      patch(storage, "claim", (claim) => async (request) => {
        const { thread, renews } = request;
        const all = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const held = (await storage.threads(all)).threads[0]?.claim;
        if (!renews || !held) return claim(request);
        await storage.release({ thread, claim: held.id });
        return claim({ ...request, renews: false });
      });
    },
  },
  {
    name: "a renewal always says that the thread has this claim",
    clause: "claims/a-renewal-takes-nothing",
    breakSaver(saver) {
      patch(saver, "renewThread", (renewThread) => async (...args) => {
        await renewThread(...args);
        return true;
      });
    },
  },
  {
    name: "a renewal always says that nobody has the thread",
    clause: "claims/a-renewal-takes-nothing",
    breakSaver(saver) {
      patch(saver, "renewThread", (renewThread) => async (...args) => {
        await renewThread(...args);
        return false;
      });
    },
  },
  {
    name: "a renewal does not keep the thread for longer",
    clause: "claims/a-renewal-takes-nothing",
    breakStorage(storage) {
      patch(storage, "claim", (claim) => async (request) => {
        const { thread, renews, claim: claimed } = request;
        if (!renews) return claim(request);
        const all = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const held = (await storage.threads(all)).threads[0]?.claim;
        return held?.id === claimed ? { outcome: "claimed" } : claim(request);
      });
    },
  },
  {
    name: "a renewal is a look at the thread",
    clause: "claims/a-renewal-takes-nothing",
    breakSaver(saver) {
      patch(saver, "renewThread", () => async (threadId, { claim }) => {
        const info = await saver.getThread?.(threadId);
        return info?.claim?.id === claim;
      });
    },
  },
  {
    name: "a claim is looked at first and set then",
    clause: "claims/of-many-at-once-one-wins",
    breakStorage(storage) {
      patch(storage, "claim", (claim) => async (request) => {
        const { thread } = request;
        const all = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const [record] = (await storage.threads(all)).threads;
        await tick();
        if (!record?.claim) {
          const held = (await storage.threads(all)).threads[0]?.claim;
          if (held) await storage.release({ thread, claim: held.id });
        }
        return claim(request);
      });
    },
  },
];
