import type { PruneOptions } from "@threadmark/conformance";
import type { CheckpointOutline } from "@threadmark/core/storage";
import { ThreadNotes, alterCheckpoint, alterTuples, alterValues, omit, placeOf } from "./alter.ts";
import { haunt } from "./ghosts.ts";
import { note, patch, tick, type Mutant } from "./mutant.ts";
import { noteRemovals, outlineOf, removeSimply, withoutRelinking } from "./removal.ts";

type Goes = (key: CheckpointOutline, all: readonly CheckpointOutline[], options: PruneOptions) => boolean;

/** A simple prune in the place of the saver's, for threads that it is meant for. */
function replacePrune(
  goes: Goes,
  isMeant: (all: readonly CheckpointOutline[]) => boolean = () => true,
): NonNullable<Mutant["breakSaver"]> {
  return (saver, { storage }) => {
    patch(saver, "prune", (prune) => async (options) => {
      const { threadIds = [], keepLatest, olderThan, dryRun = false } = options;
      const [thread = ""] = threadIds;
      const special = olderThan !== undefined || keepLatest === undefined || dryRun;
      if (special || threadIds.length !== 1 || !isMeant(await outlineOf(storage, thread))) {
        return prune(options);
      }
      const checkpoints = await removeSimply(storage, thread, (key, all) => goes(key, all, options));
      return { threads: checkpoints > 0 ? 1 : 0, checkpoints };
    });
  };
}

const goesByAge: Goes = (key, all, { keepLatest = 1 }) =>
  !newest(
    all.filter(({ namespace }) => namespace === key.namespace),
    keepLatest,
  ).includes(key);

function newest(all: readonly CheckpointOutline[], count: number): readonly CheckpointOutline[] {
  return all.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, count);
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
    breakSaver: replacePrune(
      (key, all, { keepLatest = 1 }) => !newest(all, keepLatest).includes(key),
      (all) => new Set(all.map(({ namespace }) => namespace)).size > 1,
    ),
  },
  {
    name: "olderThan removes the newest too",
    clause: "prune/older-than-a-time",
    breakSaver(saver) {
      patch(
        saver,
        "prune",
        (prune) => (options) =>
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
    breakSaver: replacePrune(goesByAge),
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
        kill(
          thread,
          before.filter(({ id }) => !after.has(id)),
        );
        return result;
      });
    },
  },
  {
    name: "dryRun is ignored",
    clause: "prune/a-dry-run-changes-nothing",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) => prune(omit(options, "dryRun")));
    },
  },
  {
    name: "an empty list of threads stands for all",
    clause: "prune/only-the-threads-named",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) => {
        const { threadIds, ...rest } = options;
        return prune(threadIds?.length === 0 ? { ...rest, allThreads: true } : options);
      });
    },
  },
  {
    name: "of all threads only the first is pruned",
    clause: "prune/all-threads-where-asked-for",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => async (options) => {
        if (options.allThreads !== true || options.threadIds !== undefined) return prune(options);
        const threadIds: string[] = [];
        for await (const { threadId } of saver.listThreads?.({ limit: 1 }) ?? []) threadIds.push(threadId);
        return prune({ ...omit(options, "allThreads"), threadIds });
      });
    },
  },
  {
    name: "prune without names goes through all threads",
    clause: "prune/threads-that-are-not-named-stay",
    breakSaver(saver) {
      patch(saver, "prune", (prune) => (options) => {
        const unnamed = !Object.keys(options).some((name) => name.includes("hread"));
        return prune(unnamed ? { ...options, allThreads: true } : options);
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
    name: "a put during a prune relies on values that are being removed",
    clause: "prune/during-puts-leaves-nothing-broken",
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
    // Longer threads of the suite have delta channels.
    breakSaver: replacePrune(goesByAge, (all) => all.length < 8),
  },
];
