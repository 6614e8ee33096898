import {
  childrenOf,
  compareText,
  pendingOf,
  type Blob,
  type BlobId,
  type CheckpointKey,
  type CheckpointRecord,
  type ThreadClaim,
  type ThreadEntry,
  type ThreadHead,
  type ThreadRecord,
  type ThreadStats,
  type WriteRecord,
} from "../storage.ts";

/** The checkpoints and writes of one namespace. */
export interface NamespaceData {
  readonly checkpoints: Map<string, CheckpointRecord>;
  /** Ids in ascending order. */
  readonly order: string[];
  /** Checkpoint id → writes by index and task. */
  readonly writes: Map<string, Map<string, WriteRecord>>;
}

/** Everything of one thread. */
export interface ThreadData {
  readonly thread: string;
  epoch: string;
  readonly created: number;
  updated: number;
  expires: number | undefined;
  /** The thread's own time to live: milliseconds, `null` for never, `undefined` for none. */
  ownTtl: number | null | undefined;
  readonly namespaces: Map<string, NamespaceData>;
  readonly blobs: Map<BlobId, Blob>;
  /** Its metadata by key. */
  readonly entries: Map<string, ThreadEntry>;
  claim: ThreadClaim | undefined;
}

/** The namespace, created if it does not exist. */
export function namespaceIn(data: ThreadData, name: string): NamespaceData {
  let found = data.namespaces.get(name);
  if (!found) {
    found = { checkpoints: new Map(), order: [], writes: new Map() };
    data.namespaces.set(name, found);
  }
  return found;
}

/** The thread as a listing returns it. */
export function recordOf(data: ThreadData, pendingChannels: readonly string[]): ThreadRecord {
  const { thread, created, updated, expires, entries, claim } = data;
  const head = headOf(data.namespaces.get(""), pendingChannels);
  return { thread, created, updated, expires, entries: [...entries.values()], head, claim };
}

function headOf(root: NamespaceData | undefined, pendingChannels: readonly string[]): ThreadHead | undefined {
  const id = root?.order.at(-1);
  if (id === undefined) return undefined;
  const { parent, parentSeal } = root!.checkpoints.get(id)!;
  return { id, parent, parentSeal, pending: pendingOf(writesOf(root!, id), pendingChannels) };
}

/** Adds or replaces a checkpoint. */
export function setCheckpoint(namespace: NamespaceData, record: CheckpointRecord): void {
  const { order } = namespace;
  const newest = order.at(-1);
  if (newest === undefined || compareText(newest, record.id) < 0) order.push(record.id);
  else if (!namespace.checkpoints.has(record.id)) order.splice(countUpTo(order, record.id), 0, record.id);
  namespace.checkpoints.set(record.id, record);
}

/** How many ids of an ascending list are smaller than `id`. */
export function countUpTo(order: readonly string[], id: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(order[middle]!, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The writes of a checkpoint, in any order. */
export function writesOf(namespace: NamespaceData, id: string): WriteRecord[] {
  const writes = namespace.writes.get(id);
  return writes ? [...writes.values()] : [];
}

/** Adds writes of one task by the rule of the port: the first stays, except at negative indexes. */
export function addWrites(
  namespace: NamespaceData,
  checkpoint: string,
  writes: readonly WriteRecord[],
): void {
  const stored = namespace.writes.get(checkpoint) ?? new Map<string, WriteRecord>();
  namespace.writes.set(checkpoint, stored);
  for (const write of writes) {
    const place = `${write.idx} ${write.task}`;
    if (write.idx < 0 || !stored.has(place)) stored.set(place, write);
  }
}

/** Removes checkpoints with their writes. */
export function removeCheckpoints(data: ThreadData, keys: readonly CheckpointKey[]): void {
  for (const name of new Set(keys.map((key) => key.namespace))) {
    const namespace = data.namespaces.get(name);
    if (!namespace) continue;
    const gone = new Set(keys.filter((key) => key.namespace === name).map((key) => key.id));
    for (const id of gone) {
      namespace.checkpoints.delete(id);
      namespace.writes.delete(id);
    }
    const left = namespace.order.filter((id) => !gone.has(id));
    namespace.order.splice(0, namespace.order.length, ...left);
    if (namespace.order.length === 0 && namespace.writes.size === 0) data.namespaces.delete(name);
  }
}

/**
 * Removes every blob that nothing refers to, and returns how many. While any reference points to a missing blob, it may
 * be damaged and the blob that it should name is still needed, so nothing is removed.
 */
export function collectBlobs(data: ThreadData): number {
  const live = new Set<BlobId>();
  const add = (ids: readonly BlobId[]): void => ids.forEach((id) => live.add(id));
  for (const namespace of data.namespaces.values()) {
    for (const { refs } of namespace.checkpoints.values()) add(refs);
    for (const id of namespace.writes.keys()) for (const { refs } of writesOf(namespace, id)) add(refs);
  }
  // A set that grows while it is walked gives what was added, too.
  for (const id of live) {
    const blob = data.blobs.get(id);
    if (!blob) return 0;
    add(childrenOf(blob));
  }
  const dead = [...data.blobs.keys()].filter((id) => !live.has(id));
  for (const id of dead) data.blobs.delete(id);
  return dead.length;
}

/** The blobs at and below `refs`, without those in `have` and those only below them. */
export function reachableBlobs(data: ThreadData, refs: readonly BlobId[], have: readonly BlobId[]): Blob[] {
  if (refs.length === 0) return [];
  const except = new Set(have);
  const found = new Map<BlobId, Blob>();
  const open = [...refs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const blob = except.has(id) || found.has(id) ? undefined : data.blobs.get(id);
    if (!blob) continue;
    found.set(id, blob);
    for (const child of childrenOf(blob)) open.push(child);
  }
  return [...found.values()];
}

/** Whether a checkpoint belongs to one of the runs. */
export function hasRun(data: ThreadData, runs: readonly string[]): boolean {
  for (const namespace of data.namespaces.values()) {
    for (const { run } of namespace.checkpoints.values()) {
      if (run !== undefined && runs.includes(run)) return true;
    }
  }
  return false;
}

const ID_BYTES = 16;

/** How much is stored, counted as a database would keep it. */
export function statsOf({ namespaces, blobs }: ThreadData): ThreadStats {
  let [checkpoints, bytes] = [0, 0];
  for (const namespace of namespaces.values()) {
    checkpoints += namespace.checkpoints.size;
    for (const { header, metadata, refs } of namespace.checkpoints.values())
      bytes += header.length + metadata.length + refs.length * ID_BYTES;
    for (const id of namespace.writes.keys())
      for (const { value, refs } of writesOf(namespace, id)) bytes += value.length + refs.length * ID_BYTES;
  }
  for (const blob of blobs.values()) bytes += ID_BYTES + blob.bytes.length;
  return { checkpoints, bytes };
}
