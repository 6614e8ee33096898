import type { Header } from "../codec/header.ts";
import { parentSealOf } from "../codec/seals.ts";
import { compareText } from "../codec/text.ts";
import type { CheckpointKey, CheckpointOutline, Relink } from "../storage/port.ts";

/** A checkpoint as retention sees it. */
export interface Kept {
  readonly key: CheckpointOutline;
  readonly header: Header;
}

/** What to remove from a thread, and what to do with the rest. */
export interface RetentionPlan {
  readonly checkpoints: readonly CheckpointKey[];
  readonly relink: readonly Relink[];
}

/**
 * Decides what goes, given what may go. A checkpoint stays that a survivor is read with: one that its
 * delta channels are built from, or that has its sends. A survivor that loses its parent gets its nearest surviving ancestor instead.
 */
export function planRemoval(thread: readonly Kept[], mayGo: (checkpoint: Kept) => boolean): RetentionPlan {
  const checkpoints: CheckpointKey[] = [];
  const relink: Relink[] = [];
  for (const namespace of groupByNamespace(thread).values()) {
    const byId = new Map(namespace.map((checkpoint) => [checkpoint.key.id, checkpoint]));
    const going = new Set(namespace.filter(mayGo).map(({ key }) => key.id));
    for (const id of parentsWithSends(namespace, going)) going.delete(id);
    // What is kept for one survivor is a survivor itself, and may need more.
    for (let kept = true; kept;) {
      const needed = [...neededByDeltas(namespace, byId, going)].filter((id) => going.has(id));
      for (const id of needed) going.delete(id);
      kept = needed.length > 0;
    }
    for (const { key } of namespace) {
      const { namespace: name, id, parent } = key;
      if (going.has(id)) checkpoints.push({ namespace: name, id });
      else if (parent !== undefined && going.has(parent)) {
        const left = survivorAbove(parent, byId, going);
        relink.push({ namespace: name, id, parent: left, parentSeal: parentSealOf(key, left) });
      }
    }
  }
  return { checkpoints, relink };
}

/** The checkpoints of each namespace, newest first. */
export function groupByNamespace(thread: readonly Kept[]): Map<string, Kept[]> {
  const groups = new Map<string, Kept[]>();
  for (const checkpoint of thread) {
    const group = groups.get(checkpoint.key.namespace);
    if (group) group.push(checkpoint);
    else groups.set(checkpoint.key.namespace, [checkpoint]);
  }
  for (const group of groups.values()) group.sort((a, b) => compareText(b.key.id, a.key.id));
  return groups;
}

/** Ids between a survivor and the nearest value of each of its delta channels, that one included. */
function neededByDeltas(
  namespace: readonly Kept[],
  byId: ReadonlyMap<string, Kept>,
  going: ReadonlySet<string>,
): Set<string> {
  const needed = new Set<string>();
  for (const { key, header } of namespace) {
    if (going.has(key.id)) continue;
    const open = new Set(header.delta);
    for (const [channel] of header.values) open.delete(channel);
    const seen = new Set([key.id]);
    let parent = key.parent;
    while (open.size > 0 && parent !== undefined && !seen.has(parent)) {
      seen.add(parent);
      needed.add(parent);
      const ancestor = byId.get(parent);
      for (const [channel] of ancestor?.header.values ?? []) open.delete(channel);
      parent = ancestor?.key.parent;
    }
  }
  return needed;
}

/**
 * The parents of survivors from before format 4, which have their sends. Not the parents of these
 * again: then nothing of an old thread could ever go.
 */
function parentsWithSends(namespace: readonly Kept[], going: ReadonlySet<string>): string[] {
  return namespace
    .filter(({ key, header }) => header.fields.v < 4 && !going.has(key.id))
    .flatMap(({ key }) => key.parent ?? []);
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
    next = byId.get(next)?.key.parent;
  }
  return next !== undefined && byId.has(next) && !going.has(next) ? next : undefined;
}
