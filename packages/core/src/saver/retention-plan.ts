import { parentSealOf } from "../codec/seals.ts";
import { compareText } from "../codec/text.ts";
import type { CheckpointKey, Relink } from "../storage/port.ts";

/** A checkpoint as retention sees it: without values, since those of many threads are in memory at once. */
export interface Kept extends CheckpointKey {
  readonly parent: string | undefined;
  readonly run: string | undefined;
  readonly ts: string;
  /** The format of LangGraph.js. */
  readonly version: number;
  /** Channels with a value. */
  readonly channels: readonly string[];
  /** Delta channels: where one has no value here, what it holds is spread over the ancestors. */
  readonly delta: readonly string[];
  readonly isWorkflow: boolean;
}

/** What to remove from a thread, and what to do with the rest. */
export interface RetentionPlan {
  readonly checkpoints: readonly CheckpointKey[];
  readonly relink: readonly Relink[];
}

/**
 * Decides what goes, given what may go. A checkpoint stays if a survivor needs it to be read: if the survivor's delta
 * channels are built from it, or if it has the survivor's sends. A survivor that loses its parent gets its nearest
 * surviving ancestor instead.
 */
export function planRemoval(
  thread: string,
  all: readonly Kept[],
  mayGo: (checkpoint: Kept) => boolean,
): RetentionPlan {
  const checkpoints: CheckpointKey[] = [];
  const relink: Relink[] = [];
  for (const namespace of groupByNamespace(all).values()) {
    const byId = new Map(namespace.map((checkpoint) => [checkpoint.id, checkpoint]));
    const going = new Set(namespace.filter(mayGo).map(({ id }) => id));
    for (const id of parentsWithSends(namespace, going)) going.delete(id);
    // What is kept for one survivor is a survivor itself, and may need more.
    for (let kept = true; kept;) {
      const needed = [...neededByDeltas(namespace, byId, going)].filter((id) => going.has(id));
      for (const id of needed) going.delete(id);
      kept = needed.length > 0;
    }
    for (const key of namespace) {
      const { namespace: name, id, parent } = key;
      if (going.has(id)) checkpoints.push({ namespace: name, id });
      else if (parent !== undefined && going.has(parent)) {
        const left = survivorAbove(parent, byId, going);
        relink.push({ namespace: name, id, parent: left, parentSeal: parentSealOf(thread, key, left) });
      }
    }
  }
  return { checkpoints, relink };
}

/** The checkpoints of each namespace, newest first. */
export function groupByNamespace(thread: readonly Kept[]): Map<string, Kept[]> {
  const groups = new Map<string, Kept[]>();
  for (const checkpoint of thread) {
    const group = groups.get(checkpoint.namespace);
    if (group) group.push(checkpoint);
    else groups.set(checkpoint.namespace, [checkpoint]);
  }
  for (const group of groups.values()) group.sort((a, b) => compareText(b.id, a.id));
  return groups;
}

/** Ids between a survivor and the nearest value of each of its delta channels, including that value's. */
function neededByDeltas(
  namespace: readonly Kept[],
  byId: ReadonlyMap<string, Kept>,
  going: ReadonlySet<string>,
): Set<string> {
  const needed = new Set<string>();
  for (const { id, parent: first, channels, delta } of namespace) {
    if (going.has(id)) continue;
    const open = new Set(delta);
    for (const channel of channels) open.delete(channel);
    const seen = new Set([id]);
    let parent = first;
    while (open.size > 0 && parent !== undefined && !seen.has(parent)) {
      seen.add(parent);
      needed.add(parent);
      const ancestor = byId.get(parent);
      for (const channel of ancestor?.channels ?? []) open.delete(channel);
      parent = ancestor?.parent;
    }
  }
  return needed;
}

/**
 * The parents of survivors from before format 4, which have the survivors' sends. The parents of these
 * parents are not included, or nothing of an old thread could ever go.
 */
function parentsWithSends(namespace: readonly Kept[], going: ReadonlySet<string>): string[] {
  return namespace
    .filter(({ id, version }) => version < 4 && !going.has(id))
    .flatMap(({ parent }) => parent ?? []);
}

function survivorAbove(
  parent: string,
  byId: ReadonlyMap<string, Kept>,
  going: ReadonlySet<string>,
): string | undefined {
  const seen = new Set<string>();
  let next: string | undefined = parent;
  while (next !== undefined && going.has(next) && !seen.has(next)) {
    seen.add(next);
    next = byId.get(next)?.parent;
  }
  return next !== undefined && byId.has(next) && !going.has(next) ? next : undefined;
}
