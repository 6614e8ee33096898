import { ThreadNotes, alterPut, beforeDelete, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const getMutants: readonly Mutant[] = [
  {
    name: "getTuple without a thread is an error",
    clause: "get/without-a-thread-is-nothing",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        if (config.configurable?.["thread_id"] === undefined) throw new Error("no thread_id");
        return getTuple(config);
      });
    },
  },
  {
    name: "getTuple of an unknown thread is an error",
    clause: "get/an-unknown-thread-is-nothing",
    others: 9,
    breakStorage(storage, store) {
      const known = note(store, "known", () => new Set<string>());
      patch(storage, "put", (put) => async (request) => {
        known.add(request.thread);
        return put(request);
      });
      patch(storage, "get", (get) => async (request) => {
        if (!known.has(request.thread)) throw new Error("no such thread");
        return get(request);
      });
    },
  },
  {
    name: "getTuple of an unknown id finds the latest",
    clause: "get/an-unknown-id-is-nothing",
    others: 4,
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const configurable = omit(config.configurable, "checkpoint_id");
        return (await getTuple(config)) ?? getTuple({ ...config, configurable });
      });
    },
  },
  {
    name: "the last put is the latest",
    clause: "get/the-latest-is-the-greatest-id",
    others: 7,
    breakSaver(saver, store) {
      const last = note(store, "last", () => new ThreadNotes<string>());
      beforeDelete(saver, (thread) => last.delete(thread));
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        last.set(thread, [namespace], checkpoint.id);
        return [config, checkpoint, ...rest];
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const { thread, namespace, id } = placeOf(config);
        const wrong = last.get(thread, namespace);
        if (id !== undefined || wrong === undefined) return getTuple(config);
        return getTuple({ configurable: { ...config.configurable, checkpoint_id: wrong } });
      });
    },
  },
  {
    name: "the latest is found by UTF-16 units",
    clause: "get/ids-compare-by-code-point",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const tuple = await getTuple(config);
        const { id } = placeOf(config);
        if (tuple === undefined || id !== undefined || !/[\ud800-\udbff]/.test(tuple.checkpoint.id)) {
          return tuple;
        }
        const ids: string[] = [];
        for await (const other of saver.list(config)) ids.push(other.checkpoint.id);
        const checkpoint_id = ids.toSorted().at(-1);
        return getTuple({ configurable: { ...config.configurable, checkpoint_id } });
      });
    },
  },
  {
    name: "only the ten newest checkpoints can be read by id",
    clause: "get/older-checkpoints-stay",
    breakStorage(storage) {
      patch(storage, "get", (get) => async (request) => {
        const { thread, namespace, id } = request;
        const page = await storage.outline({ thread, after: undefined, limit: 100 });
        const ids = page.checkpoints.filter((key) => key.namespace === namespace).map((key) => key.id);
        return id !== undefined && ids.indexOf(id) >= 10 ? undefined : get(request);
      });
    },
  },
  {
    name: "get ignores the id",
    clause: "get/get-is-the-checkpoint-of-the-tuple",
    breakSaver(saver) {
      patch(saver, "get", (get) => async (config) => {
        const configurable = omit(config.configurable, "checkpoint_id");
        return get({ ...config, configurable });
      });
    },
  },
];
