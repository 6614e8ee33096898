import type { CheckpointTuple } from "@threadmark/core";
import { alterPut, keyOf, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const ttlMutants: readonly Mutant[] = [
  {
    name: "other namespaces outlive their thread",
    clause: "ttl/a-thread-expires-whole",
    breakSaver(saver, store) {
      const kept = note(store, "kept", () => new Map<string, CheckpointTuple>());
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        const stored = await put(config, checkpoint, ...rest);
        const { thread, namespace } = placeOf(config);
        const tuple = await saver.getTuple(stored);
        if (tuple !== undefined && store.options.ttl) kept.set(keyOf(thread, namespace), tuple);
        return stored;
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const { thread, namespace, id } = placeOf(config);
        const found = await getTuple(config);
        return found ?? (namespace === "" || id ? undefined : kept.get(keyOf(thread, namespace)));
      });
    },
  },
  {
    name: "an expired thread comes back with a put",
    clause: "ttl/an-expired-thread-starts-over",
    breakSaver(saver, store) {
      const kept = note(store, "kept", () => new Map<string, CheckpointTuple>());
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const tuple = { config: {}, checkpoint, pendingWrites: [] };
        if (store.options.ttl) kept.set(keyOf(thread, namespace, checkpoint.id), tuple);
        return [config, checkpoint, ...rest];
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const { thread, namespace, id } = placeOf(config);
        const found = await getTuple(config);
        if (found !== undefined || id === undefined) return found;
        const ids = omit(config.configurable, "checkpoint_id");
        const alive = await getTuple({ configurable: ids });
        return alive && kept.get(keyOf(thread, namespace, id));
      });
    },
  },
  {
    name: "putWrites does not renew",
    clause: "ttl/writing-renews",
    breakStorage(storage) {
      patch(storage, "putWrites", (putWrites) => (request) => putWrites({ ...request, ttl: undefined }));
    },
  },
  {
    name: "reads never renew",
    clause: "ttl/reading-renews-when-asked",
    breakStorage(storage) {
      patch(storage, "get", (get) => (request) => get({ ...request, ttl: undefined }));
    },
  },
  {
    name: "a put takes the saver's time instead of the thread's",
    clause: "ttl/a-thread-may-have-its-own",
    breakStorage(storage) {
      patch(storage, "put", (put) => async (request) => {
        const { thread } = request;
        if (request.ttl !== undefined) await storage.expire({ thread, ttl: undefined });
        return put(request);
      });
    },
  },
  {
    name: "setThreadTtl of an unknown thread does nothing",
    clause: "ttl/an-unknown-thread-has-none",
    breakStorage(storage) {
      patch(storage, "expire", (expire) => async (request) => (await expire(request)) || true);
    },
  },
  {
    name: "sweep removes threads that have not expired",
    clause: "ttl/sweep-removes-only-expired-threads",
    breakStorage(storage) {
      patch(storage, "sweep", (sweep) => async (request) => {
        const all = { thread: undefined, filter: [], after: undefined, pendingChannels: [] };
        const page = await storage.threads({ ...all, limit: 1 });
        await storage.deleteThreads(page.threads.map(({ thread }) => thread));
        return sweep(request);
      });
    },
  },
];

export const fenceMutants: readonly Mutant[] = [
  {
    name: "a put whose parent is unknown is not fenced",
    clause: "fence/the-slower-run-is-refused",
    breakStorage(storage) {
      patch(storage, "put", (put) => async (request) => {
        const { thread, checkpoint, fence } = request;
        const { namespace, parent } = checkpoint;
        if (!fence || parent === undefined) return put(request);
        const stored = await storage.get({ thread, namespace, id: parent, have: [], ttl: undefined });
        return put({ ...request, fence: stored !== undefined });
      });
    },
  },
  {
    name: "putting the newest again is a conflict",
    clause: "fence/a-retry-is-no-conflict",
    breakStorage(storage) {
      patch(storage, "put", (put) => async (request) => {
        const { thread, checkpoint, fence } = request;
        const { namespace, id } = checkpoint;
        const stored = await storage.get({ thread, namespace, id, have: [], ttl: undefined });
        return fence && stored !== undefined ? { outcome: "conflict", head: id } : put(request);
      });
    },
  },
  {
    name: "the head is compared before the put, not in it",
    clause: "fence/of-many-at-once-one-wins",
    breakStorage(storage) {
      const checking = new Set<string>();
      patch(storage, "put", (put) => async (request) => {
        const { thread, fence } = request;
        const raced = checking.has(thread);
        checking.add(thread);
        try {
          await Promise.resolve();
          return await put({ ...request, fence: fence && !raced });
        } finally {
          checking.delete(thread);
        }
      });
    },
  },
];
