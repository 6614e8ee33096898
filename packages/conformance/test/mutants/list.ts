import type { CheckpointTuple } from "@threadmark/core";
import { compareText } from "@threadmark/core/storage";
import { ThreadNotes, alterList, alterListing, alterPut, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

type ListConfig = { configurable?: Record<string, unknown> };

function without(config: ListConfig, key: string): ListConfig {
  const configurable = omit(config.configurable, key);
  return { ...config, configurable };
}

function threadOf(tuple: CheckpointTuple): string {
  return placeOf(tuple.config).thread;
}

export const listMutants: readonly Mutant[] = [
  {
    name: "the last put comes first",
    clause: "list/newest-first",
    breakSaver(saver, store) {
      const times = note(store, "times", () => new ThreadNotes<number>());
      let time = 0;
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        times.set(thread, [namespace, checkpoint.id], time++);
        return [config, checkpoint, ...rest];
      });
      const timeOf = (tuple: CheckpointTuple): number => {
        const { thread, namespace } = placeOf(tuple.config);
        return times.get(thread, namespace, tuple.checkpoint.id) ?? 0;
      };
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        return config.configurable?.["checkpoint_ns"] === undefined
          ? found
          : found.toSorted((a, b) => timeOf(b) - timeOf(a));
      });
    },
  },
  {
    name: "the limit is ten unless given",
    clause: "list/everything-without-a-limit",
    others: 5,
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => list(config, { limit: 10, ...options }));
    },
  },
  {
    name: "a listing ends after a hundred checkpoints",
    clause: "list/more-than-a-page",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => list(config, { limit: 100, ...options }));
    },
  },
  {
    name: "a limit above one is not kept",
    clause: "list/limit-is-the-most",
    others: 4,
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => {
        const { limit, ...rest } = options ?? {};
        return list(config, limit === undefined || limit > 1 ? rest : { ...rest, limit });
      });
    },
  },
  {
    name: "limit 0 is no limit",
    clause: "list/limit-zero-is-nothing",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => {
        const { limit, ...rest } = options ?? {};
        return list(config, limit ? { ...rest, limit } : rest);
      });
    },
  },
  {
    name: "before includes the checkpoint itself",
    clause: "list/before-is-strictly-smaller",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => {
        const id: unknown = options?.before?.configurable?.["checkpoint_id"];
        if (typeof id !== "string") return list(config, options);
        // Greater than the id and than nothing else that is stored.
        return list(config, { ...options, before: { configurable: { checkpoint_id: `${id}\u0001` } } });
      });
    },
  },
  {
    name: "the filter is applied after the limit",
    clause: "list/pages-by-before-limit-and-filter",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options = {}) => {
        const { limit, ...rest } = options;
        const matching = await read(config, rest);
        if (limit === undefined || rest.filter === undefined) return matching.slice(0, limit);
        const page = await read(config, omit(options, "filter"));
        const newest = new Set(page.map(({ checkpoint }) => checkpoint.id));
        return matching.filter(({ checkpoint }) => newest.has(checkpoint.id));
      });
    },
  },
  {
    name: "the id is ignored",
    clause: "list/an-id-selects-one",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => list(without(config, "checkpoint_id"), options));
    },
  },
  {
    name: "the root namespace is taken for all",
    clause: "list/the-root-namespace-is-not-all",
    others: 5,
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options) => {
        const root = config.configurable?.["checkpoint_ns"] === "";
        return list(root ? without(config, "checkpoint_ns") : config, options);
      });
    },
  },
  {
    name: "namespaces are listed one after the other",
    clause: "list/no-namespace-is-all",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        if (config.configurable?.["thread_id"] === undefined) return found;
        return found.toSorted((a, b) =>
          compareText(placeOf(a.config).namespace, placeOf(b.config).namespace),
        );
      });
    },
  },
  {
    name: "an id is listed once for all namespaces",
    clause: "list/one-id-in-two-namespaces",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        if (config.configurable?.["thread_id"] === undefined) return found;
        const ids = found.map(({ checkpoint }) => checkpoint.id);
        return found.filter(({ checkpoint }, index) => ids.indexOf(checkpoint.id) === index);
      });
    },
  },
  {
    name: "list leaves parentConfig out",
    clause: "list/tuples-are-those-of-get",
    breakSaver(saver) {
      alterList(saver, (tuple) => omit(tuple, "parentConfig"));
    },
  },
  {
    name: "listing an unknown thread is an error",
    clause: "list/an-unknown-thread-is-empty",
    breakStorage(storage, store) {
      const known = note(store, "known", () => new Set<string>());
      patch(storage, "put", (put) => async (request) => {
        known.add(request.thread);
        return put(request);
      });
      patch(storage, "scan", (scan) => async (request) => {
        if (request.thread !== undefined && !known.has(request.thread)) throw new Error("no such thread");
        return scan(request);
      });
    },
  },
  {
    name: "threads are listed one after the other",
    clause: "list/no-thread-is-all-threads",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        return config.configurable?.["thread_id"] === undefined && options === undefined
          ? found.toSorted((a, b) => compareText(threadOf(a), threadOf(b)))
          : found;
      });
    },
  },
  {
    name: "a limit takes from the first thread first",
    clause: "list/limit-and-before-over-all-threads",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options = {}) => {
        const { limit, ...rest } = options;
        const found = await read(config, rest);
        if (limit === undefined || config.configurable?.["thread_id"] !== undefined) {
          return found.slice(0, limit);
        }
        const grouped = found.toSorted((a, b) => compareText(threadOf(a), threadOf(b)));
        const taken = new Set(grouped.slice(0, limit));
        return found.filter((tuple) => taken.has(tuple));
      });
    },
  },
  {
    name: "an id is listed once for all threads",
    clause: "list/one-id-in-many-threads",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        if (config.configurable?.["thread_id"] !== undefined) return found;
        const ids = found.map(({ checkpoint }) => checkpoint.id);
        return found.filter(({ checkpoint }, index) => ids.indexOf(checkpoint.id) === index);
      });
    },
  },
  {
    name: "listings that are left early use up a pool",
    clause: "list/may-be-left-early",
    breakSaver(saver) {
      let left = 0;
      patch(
        saver,
        "list",
        (list) =>
          async function* pooled(config, options) {
            if (left >= 10) throw new Error("timeout while waiting for a connection");
            left++;
            yield* list(config, options);
            left--;
          },
      );
    },
  },
];
