import { CheckpointSaver } from "@threadmark/core";
import type { ThreadRecord } from "@threadmark/core/storage";
import type { ThreadSummary } from "@threadmark/conformance";
import { alterPut, beforeDelete, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

const all = { filter: [], after: undefined, limit: 1, pendingChannels: [] };

export const extendedMutants: readonly Mutant[] = [
  {
    name: "the walk ends at an ancestor without writes",
    clause: "delta/goes-on-where-nothing-was-written",
    breakSaver(saver) {
      patch(saver, "getDeltaChannelHistory", (read) => async (options) => {
        const history = await read(options);
        const start = await saver.getTuple(options.config);
        const parent = start?.parentConfig && (await saver.getTuple(start.parentConfig));
        const isSeed = options.channels.some(
          (channel) => channel in (parent?.checkpoint.channel_values ?? {}),
        );
        if (!parent || isSeed || (parent.pendingWrites ?? []).some(([, channel]) => channel === "d"))
          return history;
        return Object.fromEntries(options.channels.map((channel) => [channel, { writes: [] }]));
      });
    },
    others: 6,
  },
  {
    name: "what the serializer cannot read is left out",
    clause: "serde/what-cannot-be-read-is-an-error",
    breakOptions(options) {
      const { serde } = options;
      if (serde === undefined) return options;
      const lenient = {
        dumpsTyped: (data: unknown) => serde.dumpsTyped(data),
        loadsTyped: async (type: string, data: Uint8Array | string): Promise<unknown> => {
          try {
            return (await serde.loadsTyped(type, data)) as unknown;
          } catch {
            return undefined;
          }
        },
      };
      return { ...options, serde: lenient };
    },
  },
  {
    name: "the head of a thread is what was put last",
    clause: "threads/the-head-is-the-greatest-id",
    breakSaver(saver, store) {
      const heads = note(store, "heads", () => new Map<string, string>());
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        if (namespace === "") heads.set(thread, checkpoint.id);
        return [config, checkpoint, ...rest];
      });
      patch(
        saver,
        "listThreads",
        (list) =>
          async function* wrong(options) {
            for await (const thread of list(options)) {
              const headId = thread.headId === undefined ? undefined : heads.get(thread.threadId);
              yield { ...thread, headId };
            }
          },
      );
    },
  },
  {
    name: "writes of tasks leave updatedAt",
    clause: "threads/writes-of-tasks-count",
    breakStorage(storage) {
      const times = new Map<string, ThreadRecord["updated"]>();
      patch(storage, "putWrites", (putWrites) => async (request) => {
        const { thread } = request;
        const [before] = (await storage.threads({ ...all, thread })).threads;
        const answer = await putWrites(request);
        if (before) times.set(thread, before.updated);
        return answer;
      });
      patch(storage, "put", (put) => (request) => {
        times.delete(request.thread);
        return put(request);
      });
      patch(storage, "threads", (list) => async (request) => {
        const page = await list(request);
        const threads = page.threads.map((one) => ({
          ...one,
          updated: times.get(one.thread) ?? one.updated,
        }));
        return { ...page, threads };
      });
    },
  },
  {
    name: "later pages of threads are not filtered",
    clause: "thread-metadata/a-filter-is-paged",
    breakSaver(saver) {
      patch(saver, "listThreads", (list) => (options = {}) => {
        const rest = omit(options, "filter");
        return list(options.before === undefined ? options : rest);
      });
    },
  },
  {
    name: "a copy does not know of runs",
    clause: "copy/keeps-the-runs",
    breakStorage(storage) {
      const copies = new Set<string>();
      patch(storage, "copyThread", (copy) => (request) => {
        copies.add(request.to);
        return copy(request);
      });
      patch(storage, "runs", (runs) => async (request) => {
        const page = await runs(request);
        return { ...page, threads: page.threads.filter((thread) => !copies.has(thread)) };
      });
    },
  },
  {
    name: "a thread that was pruned to nothing is still listed",
    clause: "prune/a-thread-without-checkpoints-is-gone",
    breakSaver(saver, store) {
      const gone = note(store, "gone", () => new Map<string, ThreadSummary>());
      beforeDelete(saver, (thread) => gone.delete(thread));
      patch(saver, "prune", (prune) => async (options) => {
        const before: ThreadSummary[] = [];
        for await (const thread of saver.listThreads?.() ?? []) before.push(thread);
        const result = await prune(options);
        for (const thread of before) {
          if (!(await saver.getThread?.(thread.threadId))) gone.set(thread.threadId, thread);
        }
        return result;
      });
      patch(
        saver,
        "listThreads",
        (list) =>
          async function* haunted(options) {
            yield* list(options);
            yield* gone.values();
          },
      );
    },
  },
  {
    name: "getThread knows threads that have expired",
    clause: "ttl/an-expired-thread-is-gone-for-every-method",
    breakStorage(storage) {
      const seen = new Map<string, ThreadRecord>();
      patch(storage, "threads", (list) => async (request) => {
        const page = await list(request);
        const { thread } = request;
        if (thread === undefined) return page;
        for (const one of page.threads) seen.set(thread, one);
        const old = seen.get(thread);
        // Not by the time: this clock is not the storage's.
        const hasExpired = page.threads.length === 0 && old?.expires !== undefined;
        return hasExpired ? { ...page, threads: [old] } : page;
      });
      patch(storage, "put", (put) => async (request) => {
        const answer = await put(request);
        await storage.threads({ ...all, thread: request.thread });
        return answer;
      });
    },
  },
  {
    name: "late writes bring an expired thread back",
    clause: "ttl/an-expired-thread-is-gone-for-every-method",
    breakSaver(saver, store) {
      const puts = note(store, "puts", () => new Map<string, Parameters<typeof saver.put>>());
      if (!store.options.ttl) return;
      patch(saver, "put", (put) => (...args) => {
        puts.set(placeOf(args[0]).thread, args);
        return put(...args);
      });
      patch(saver, "putWrites", (putWrites) => async (config, ...rest) => {
        const { thread } = placeOf(config);
        const last = puts.get(thread);
        const isThere = await saver.getTuple({ configurable: { thread_id: thread } });
        if (last && !isThere) {
          // For good, or it could have expired again before anybody looks.
          const lasting = new CheckpointSaver(store.storage);
          await lasting.put(...last);
          await lasting.setThreadTtl(thread, null);
        }
        await putWrites(config, ...rest);
      });
    },
  },
  {
    name: "a copy has no time to live",
    clause: "ttl/a-copy-expires-like-its-source",
    breakStorage(storage) {
      patch(storage, "copyThread", (copy) => async (request) => {
        const answer = await copy(request);
        if (answer === "copied") await storage.expire({ thread: request.to, ttl: null });
        return answer;
      });
    },
  },
];
