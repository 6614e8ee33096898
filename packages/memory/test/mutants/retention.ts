import type { CheckpointKey, CheckpointOutline } from "@threadmark/core/storage";
import type { MemoryStorage } from "@threadmark/memory";
import type { PruneOptions, TestedSaver } from "@threadmark/core/conformance";
import { ThreadNotes, alterCheckpoint, alterPut, alterTuples, alterValues, placeOf } from "./alter.ts";
import { haunt } from "./ghosts.ts";
import { note, patch, tick, type Mutant, type Store } from "./mutant.ts";

async function outlineOf(storage: MemoryStorage, thread: string): Promise<readonly CheckpointOutline[]> {
  const page = await storage.outline({ thread, after: undefined, limit: 10_000 });
  return page.checkpoints;
}

/** Removes checkpoints the simple way: what survives is linked past what goes, and no more. */
async function removeSimply(
  storage: MemoryStorage,
  thread: string,
  goes: (key: CheckpointOutline, all: readonly CheckpointOutline[]) => boolean,
): Promise<number> {
  const all = await outlineOf(storage, thread);
  const going = all.filter((key) => goes(key, all));
  const isGoing = (namespace: string, id: string | undefined): boolean =>
    going.some((key) => key.namespace === namespace && key.id === id);
  const relink = all
    .filter((key) => !going.includes(key) && isGoing(key.namespace, key.parent))
    .map(({ namespace, id, parent: direct }) => {
      let parent = direct;
      while (isGoing(namespace, parent)) {
        parent = all.find((key) => key.namespace === namespace && key.id === parent)?.parent;
      }
      return { namespace, id, parent };
    });
  const checkpoints: CheckpointKey[] = going.map(({ namespace, id }) => ({ namespace, id }));
  if (checkpoints.length > 0) {
    await storage.remove({ thread, checkpoints, relink, newEpoch: String(Math.random()) });
  }
  return checkpoints.length;
}

/** Another prune in the place of the saver's. */
function replacePrune(
  goes: (options: PruneOptions) => (key: CheckpointOutline, all: readonly CheckpointOutline[]) => boolean,
): NonNullable<Mutant["breakSaver"]> {
  return (saver, { storage }) => {
    patch(saver, "prune", (prune) => async (options) => {
      const { threadIds, keepLatest, olderThan, dryRun } = options;
      const special = olderThan !== undefined || keepLatest === undefined || dryRun === true;
      if (special || threadIds?.length !== 1) return prune(options);
      const [thread = ""] = threadIds;
      const checkpoints = await removeSimply(storage, thread, goes(options));
      return { threads: checkpoints > 0 ? 1 : 0, checkpoints };
    });
  };
}

function newest(all: readonly CheckpointOutline[], count: number): readonly CheckpointOutline[] {
  return all.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, count);
}

/** Threads that were pruned or had runs deleted. */
function noteRemovals(saver: TestedSaver, store: Store, name: "prune" | "deleteForRuns"): Set<string> {
  const touched = note(store, "touched", () => new Set<string>());
  if (name === "prune") {
    patch(saver, "prune", (prune) => async (options) => {
      const result = await prune(options);
      if (!options.dryRun) for (const thread of options.threadIds ?? []) touched.add(thread);
      return result;
    });
  } else {
    const threads = note(store, "threads", () => new Set<string>());
    alterPut(saver, (config, ...rest) => {
      threads.add(placeOf(config).thread);
      return [config, ...rest];
    });
    patch(saver, "deleteForRuns", (deleteForRuns) => async (runs) => {
      await deleteForRuns(runs);
      for (const thread of threads) touched.add(thread);
    });
  }
  return touched;
}

/** Parents are as they were put, or not there at all. */
function withoutRelinking(name: "prune" | "deleteForRuns"): NonNullable<Mutant["breakSaver"]> {
  return (saver, store) => {
    const touched = noteRemovals(saver, store, name);
    const parents = note(store, "parents", () => new ThreadNotes<string>());
    alterPut(saver, (config, checkpoint, ...rest) => {
      const { thread, namespace, id } = placeOf(config);
      if (id !== checkpoint.id) parents.set(thread, [namespace, checkpoint.id], id ?? "");
      return [config, checkpoint, ...rest];
    });
    alterTuples(saver, (tuple) => {
      const { thread, namespace, id } = placeOf(tuple.config);
      const parent: unknown = tuple.parentConfig?.configurable?.["checkpoint_id"];
      const { parentConfig: _, ...rest } = tuple;
      return touched.has(thread) && parents.get(thread, namespace, id) !== parent ? rest : tuple;
    });
  };
}

export const pruneMutants: readonly Mutant[] = [
  {
    name: "survivors of a prune lose their writes",
    clause: "prune/keeps-the-newest",
    breakSaver(saver, store) {
      const pruned = noteRemovals(saver, store, "prune");
      alterTuples(saver, (tuple) =>
        pruned.has(placeOf(tuple.config).thread) ? { ...tuple, pendingWrites: [] } : tuple,
      );
    },
  },
  {
    name: "the newest are counted over all namespaces",
    clause: "prune/counts-namespaces-apart",
    breakSaver: replacePrune(({ keepLatest = 1 }) => (key, all) => {
      const several = new Set(all.map(({ namespace }) => namespace)).size > 1;
      const group = several ? all : all.filter(({ namespace }) => namespace === key.namespace);
      const hasCounters = all.length === 8;
      return !hasCounters && !newest(group, keepLatest).includes(key);
    }),
  },
  {
    name: "olderThan removes the newest too",
    clause: "prune/older-than-a-time",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) =>
        prune(options.olderThan === undefined ? options : { keepLatest: 0, ...options }),
      );
    },
  },
  {
    name: "survivors whose parent was pruned have none",
    clause: "prune/relinks-survivors",
    breakSaver: withoutRelinking("prune"),
  },
  {
    name: "survivors' values are looked up by channel and version",
    clause: "prune/keeps-branches-exact",
    breakSaver(saver, store) {
      const pruned = noteRemovals(saver, store, "prune");
      const known = note(store, "known", () => new ThreadNotes<unknown>());
      alterCheckpoint(saver, (checkpoint, newVersions, { thread, namespace }) => {
        for (const [channel, version] of Object.entries(newVersions)) {
          const value = checkpoint.channel_values[channel];
          if (typeof value === "string") known.set(thread, [namespace, channel, version], value);
        }
        return {};
      });
      alterValues(saver, (values, { config, checkpoint }) => {
        const { thread, namespace } = placeOf(config);
        if (!pruned.has(thread)) return values;
        const found = Object.entries(values).map(([channel, value]) => {
          const version = checkpoint.channel_versions[channel];
          return [channel, known.get(thread, namespace, channel, version) ?? value];
        });
        return Object.fromEntries(found) as Record<string, unknown>;
      });
    },
  },
  {
    name: "ancestors of delta channels are pruned",
    clause: "prune/keeps-what-delta-channels-need",
    breakSaver: replacePrune(({ keepLatest = 1 }) => (key, all) => {
      const group = all.filter(({ namespace }) => namespace === key.namespace);
      return group.length === 8 && !newest(group, keepLatest).includes(key);
    }),
  },
  {
    name: "writes of pruned checkpoints stay",
    clause: "prune/removes-writes-with-their-checkpoint",
    breakSaver(saver, store) {
      const kill = haunt(saver, store);
      patch(saver, "prune", (prune) => async (options) => {
        const [thread = ""] = options.threadIds ?? [];
        const before = await outlineOf(store.storage, thread);
        const result = await prune(options);
        const after = new Set((await outlineOf(store.storage, thread)).map(({ id }) => id));
        kill(thread, before.filter(({ id }) => !after.has(id)));
        return result;
      });
    },
  },
  {
    name: "dryRun is ignored",
    clause: "prune/a-dry-run-changes-nothing",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => ({ dryRun: _, ...options }) => prune(options));
    },
  },
  {
    name: "an empty list of threads stands for all",
    clause: "prune/only-the-threads-named",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) => {
        const { threadIds, ...rest } = options;
        return prune(threadIds?.length === 0 ? rest : options);
      });
    },
  },
  {
    name: "without names only the first threads are pruned",
    clause: "prune/all-threads-without-names",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => async (options) => {
        if (options.threadIds !== undefined) return prune(options);
        const threadIds: string[] = [];
        for await (const { threadId } of saver.listThreads?.({ limit: 2 }) ?? []) threadIds.push(threadId);
        return prune({ ...options, threadIds });
      });
    },
  },
  {
    name: "prune without a condition keeps the newest",
    clause: "prune/nothing-to-go-by-is-refused",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) => {
        const none = options.keepLatest === undefined && options.olderThan === undefined;
        return prune(none ? { ...options, keepLatest: 1 } : options);
      });
    },
  },
  {
    name: "a put beside a prune relies on values that are just removed",
    clause: "prune/beside-puts-leaves-nothing-broken",
    breakSaver(saver, store) {
      const pruning = note(store, "pruning", () => ({ count: 0 }));
      patch(saver, "prune", (prune) => async (options) => {
        pruning.count++;
        const result = await prune(options);
        await tick();
        pruning.count--;
        return result;
      });
      patch(saver, "put", (put) => async (config, checkpoint, metadata, versions) => {
        const done = await put(config, checkpoint, metadata, versions);
        if (pruning.count === 0) return done;
        const left = Object.entries(checkpoint.channel_values).filter(([channel]) =>
          Object.hasOwn(versions, channel),
        );
        const part = { ...checkpoint, channel_values: Object.fromEntries(left) };
        return put(config, part, metadata, versions);
      });
    },
  },
  {
    name: "the parent of an old checkpoint is pruned",
    clause: "prune/keeps-the-sends-of-old-checkpoints",
    breakSaver: replacePrune(({ keepLatest = 1 }) => (key, all) => {
      const group = all.filter(({ namespace }) => namespace === key.namespace);
      return group.length !== 8 && !newest(group, keepLatest).includes(key);
    }),
  },
];

export const runsMutants: readonly Mutant[] = [
  {
    name: "only the first run is deleted",
    clause: "runs/removes-the-checkpoints-of-a-run",
    breakSaver(saver) {
      patch(saver, "deleteForRuns", (deleteForRuns) => (runs) => deleteForRuns(runs.slice(0, 1)));
    },
  },
  {
    name: "children of deleted checkpoints have no parent",
    clause: "runs/relinks-children",
    breakSaver: withoutRelinking("deleteForRuns"),
  },
  {
    name: "the run of configurable goes first",
    clause: "runs/the-run-of-the-metadata-goes-first",
    breakSaver(saver) {
      alterPut(saver, (config, ...rest) => {
        const run: unknown = config.configurable?.["run_id"] ?? config.metadata?.["run_id"];
        return [{ ...config, metadata: { ...config.metadata, run_id: run } }, ...rest];
      });
    },
  },
  {
    name: "no runs stand for all",
    clause: "runs/unknown-runs-are-no-error",
    breakSaver(saver, store) {
      const known = note(store, "runs", () => new Set<string>());
      alterPut(saver, (config, ...rest) => {
        const run: unknown = config.metadata?.["run_id"];
        if (typeof run === "string") known.add(run);
        return [config, ...rest];
      });
      patch(saver, "deleteForRuns", (deleteForRuns) => (runs) =>
        deleteForRuns(runs.length === 0 ? [...known] : runs),
      );
    },
  },
  {
    name: "ancestors of delta channels are deleted with their run",
    clause: "runs/keeps-what-delta-channels-need",
    breakSaver(saver, { storage }) {
      patch(saver, "deleteForRuns", (deleteForRuns) => async (runs) => {
        const page = await storage.runs({ runs, after: undefined, limit: 1000 });
        for (const thread of page.threads) {
          await removeSimply(storage, thread, ({ run }) => run !== undefined && runs.includes(run));
        }
        return deleteForRuns(runs);
      });
    },
  },
];
