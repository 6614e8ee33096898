import type { CheckpointKey, CheckpointOutline } from "@threadmark/core/storage";
import type { MemoryStorage } from "@threadmark/core/memory";
import type { TestedSaver } from "@threadmark/conformance";
import { parentSealOf } from "../../../core/src/codec/seals.ts";
import { ThreadNotes, alterPut, alterTuples, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant, type Store } from "./mutant.ts";

export async function outlineOf(
  storage: MemoryStorage,
  thread: string,
): Promise<readonly CheckpointOutline[]> {
  const page = await storage.outline({ thread, after: undefined, limit: 10_000 });
  return page.checkpoints;
}

/** Removes checkpoints the simple way: what survives is linked past what goes, and no more. */
export async function removeSimply(
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
      return { namespace, id, parent, parentSeal: parentSealOf(thread, { namespace, id }, parent) };
    });
  const checkpoints: CheckpointKey[] = going.map(({ namespace, id }) => ({ namespace, id }));
  if (checkpoints.length > 0) {
    await storage.remove({ thread, checkpoints, relink, newEpoch: String(Math.random()) });
  }
  return checkpoints.length;
}

/** Threads that were pruned or had runs deleted. */
export function noteRemovals(saver: TestedSaver, store: Store, name: "prune" | "deleteForRuns"): Set<string> {
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
export function withoutRelinking(name: "prune" | "deleteForRuns"): NonNullable<Mutant["breakSaver"]> {
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
      const rest = omit(tuple, "parentConfig");
      return touched.has(thread) && parents.get(thread, namespace, id) !== parent ? rest : tuple;
    });
  };
}
