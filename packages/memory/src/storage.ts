import {
  checkOptions,
  comparePositions,
  compareText,
  type Ancestor,
  type AncestorsRequest,
  type Blob,
  type BlobsRequest,
  type CheckpointStorage,
  type CopyOutcome,
  type CopyRequest,
  type ExpireRequest,
  type GetRequest,
  type GetResult,
  type OutlinePage,
  type OutlineRequest,
  type PutRequest,
  type PutWritesRequest,
  type RemoveOutcome,
  type RemoveRequest,
  type RunsPage,
  type RunsRequest,
  type ScanPage,
  type ScanRequest,
  type StorageCapabilities,
  type SweepRequest,
  type ThreadPage,
  type ThreadsRequest,
  type WriteOutcome,
  type WriteRequest,
} from "@threadmark/core/storage";
import { findHits, passes } from "./scan.ts";
import { ThreadTable } from "./thread-table.ts";
import {
  addWrites,
  collectBlobs,
  namespaceIn,
  reachableBlobs,
  removeCheckpoints,
  setCheckpoint,
  writesOf,
  type ThreadData,
} from "./thread-data.ts";

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** The most threads to keep; the one that was not written to for longest goes. @default no limit */
  readonly maxThreads?: number | undefined;
}

/**
 * The storage port over Maps. It keeps the same bytes as a database would, so nothing is shared with
 * the caller. Every method does its work before it returns a promise, which makes it atomic.
 */
export class MemoryStorage implements CheckpointStorage {
  readonly port = 1;
  readonly capabilities: StorageCapabilities = {
    persistent: false,
    shared: false,
    scanAllThreads: true,
  };
  readonly #threads: ThreadTable;

  constructor(options: MemoryStorageOptions = {}) {
    checkOptions(options, "MemoryStorage", { maxThreads: true });
    this.#threads = new ThreadTable(options.maxThreads ?? Number.POSITIVE_INFINITY);
  }

  async setup(): Promise<void> {}

  async close(): Promise<void> {}

  async put(request: PutRequest): Promise<WriteOutcome> {
    const { thread, checkpoint, keepParent, fence } = request;
    const { namespace, id } = checkpoint;
    const refused = this.#refuse(request);
    if (refused) return refused;
    const existing = this.#threads.find(thread)?.namespaces.get(namespace);
    const head = existing?.order.at(-1);
    if (fence && head !== checkpoint.parent && head !== id) return { outcome: "conflict", head };
    const data = this.#write(request);
    const parent = keepParent ? existing?.checkpoints.get(id)?.parent : checkpoint.parent;
    setCheckpoint(namespaceIn(data, namespace), { ...checkpoint, parent });
    return { outcome: "stored", epoch: data.epoch };
  }

  async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    const refused = this.#refuse(request);
    if (refused) return refused;
    const data = this.#write(request);
    addWrites(namespaceIn(data, request.namespace), request.checkpoint, request.writes);
    return { outcome: "stored", epoch: data.epoch };
  }

  /** Why nothing may be written, if so. */
  #refuse({ thread, epoch }: WriteRequest): WriteOutcome | undefined {
    if (this.#threads.isExpired(thread)) return { outcome: "expired" };
    const stale = epoch !== undefined && this.#threads.find(thread)?.epoch !== epoch;
    return stale ? { outcome: "stale" } : undefined;
  }

  #write({ thread, blobs, newEpoch, ttl }: WriteRequest): ThreadData {
    const data = this.#threads.touch(thread, newEpoch, ttl);
    for (const blob of blobs) if (!data.blobs.has(blob.id)) data.blobs.set(blob.id, blob);
    return data;
  }

  async get(request: GetRequest): Promise<GetResult | undefined> {
    const { thread, have, ttl } = request;
    const data = this.#threads.find(thread);
    const namespace = data?.namespaces.get(request.namespace);
    const id = request.id ?? namespace?.order.at(-1);
    const checkpoint = id === undefined ? undefined : namespace?.checkpoints.get(id);
    if (!data || !namespace || !checkpoint) return undefined;
    if (ttl !== undefined) this.#threads.renew(data, ttl);
    const writes = writesOf(namespace, checkpoint.id);
    const refs = [...checkpoint.refs, ...writes.flatMap((write) => write.refs)];
    const blobs = reachableBlobs(data, refs, new Set(have));
    return { thread, checkpoint, writes, blobs, epoch: data.epoch };
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    const one = request.thread === undefined ? undefined : this.#threads.find(request.thread);
    const threads = request.thread === undefined ? this.#threads.all() : one ? [one] : [];
    const hits = findHits(threads, request, request.limit + 1);
    const checkpoints = hits.slice(0, request.limit).map(({ data, thread, namespace, record }) => ({
      data,
      thread,
      checkpoint: record,
      writes: writesOf(data.namespaces.get(namespace)!, record.id),
    }));
    const blobs = new Map<string, Blob>();
    for (const { data, checkpoint, writes } of checkpoints) {
      const refs = [...checkpoint.refs, ...writes.flatMap((write) => write.refs)];
      const except = new Set([...request.have, ...blobs.keys()]);
      for (const blob of reachableBlobs(data, refs, except)) blobs.set(blob.id, blob);
    }
    return { checkpoints, blobs: [...blobs.values()], more: hits.length > request.limit };
  }

  async ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]> {
    const namespace = this.#threads.find(request.thread)?.namespaces.get(request.namespace);
    const found: Ancestor[] = [];
    if (!namespace) return found;
    let id = request.id ?? namespace.order.at(-1);
    while (id !== undefined && found.length < request.limit) {
      const checkpoint = namespace.checkpoints.get(id);
      if (!checkpoint) break;
      const writes = writesOf(namespace, id);
      found.push({
        checkpoint,
        writes: writes.filter((write) => request.channels.includes(write.channel)),
      });
      id = checkpoint.parent;
    }
    return found;
  }

  async blobs({ thread, refs, have }: BlobsRequest): Promise<readonly Blob[]> {
    const data = this.#threads.find(thread);
    return data ? reachableBlobs(data, refs, new Set(have)) : [];
  }

  async outline({ thread, after, limit }: OutlineRequest): Promise<OutlinePage> {
    const data = this.#threads.find(thread);
    const start = after && { ...after, thread };
    const all = [...(data?.namespaces.values() ?? [])]
      .flatMap((namespace) => [...namespace.checkpoints.values()])
      .map((checkpoint) => ({ ...checkpoint, thread }))
      .filter((checkpoint) => !start || comparePositions(checkpoint, start) > 0)
      .sort(comparePositions);
    return { checkpoints: all.slice(0, limit), more: all.length > limit };
  }

  async remove(request: RemoveRequest): Promise<RemoveOutcome> {
    const data = this.#threads.find(request.thread);
    if (!data) return { outcome: "removed", blobs: 0 };
    if (hasUnknownChild(data, request)) return { outcome: "conflict" };
    removeCheckpoints(data, request.checkpoints);
    for (const { namespace: name, id, parent } of request.relink) {
      const namespace = data.namespaces.get(name);
      const record = namespace?.checkpoints.get(id);
      if (record) namespace!.checkpoints.set(id, { ...record, parent });
    }
    data.epoch = request.newEpoch;
    const left = [...data.namespaces.values()].some(({ checkpoints }) => checkpoints.size > 0);
    if (left) return { outcome: "removed", blobs: collectBlobs(data) };
    this.#threads.delete(request.thread);
    return { outcome: "removed", blobs: data.blobs.size };
  }

  async deleteThread(thread: string): Promise<void> {
    this.#threads.delete(thread);
  }

  async copyThread({ from, to, newEpoch }: CopyRequest): Promise<CopyOutcome> {
    const source = this.#threads.find(from);
    if (!source) return "missing";
    const present = this.#threads.find(to);
    if (present) return present.epoch === newEpoch ? "copied" : "exists";
    this.#threads.delete(to);
    const copy = this.#threads.touch(to, newEpoch, undefined);
    copy.expires = source.expires;
    copy.ownTtl = source.ownTtl;
    for (const blob of source.blobs.values()) copy.blobs.set(blob.id, blob);
    for (const [name, namespace] of source.namespaces) {
      const target = namespaceIn(copy, name);
      for (const record of namespace.checkpoints.values()) setCheckpoint(target, record);
      for (const id of namespace.writes.keys()) addWrites(target, id, writesOf(namespace, id));
    }
    return "copied";
  }

  async threads({ filter, after, limit }: ThreadsRequest): Promise<ThreadPage> {
    const all = [...this.#threads.all()]
      .filter((data) => !after || compareThreads(after, data) < 0)
      .filter((data) => filter.length === 0 || headPasses(data, filter))
      .sort(compareThreads);
    const threads = all
      .slice(0, limit)
      .map(({ thread, created, updated, expires }) => ({ thread, created, updated, expires }));
    return { threads, more: all.length > limit };
  }

  async runs({ runs, after, limit }: RunsRequest): Promise<RunsPage> {
    const names = [...this.#threads.all()]
      .filter(({ thread }) => after === undefined || compareText(thread, after) > 0)
      .filter((data) => hasRun(data, runs))
      .map(({ thread }) => thread)
      .sort(compareText);
    return { threads: names.slice(0, limit), more: names.length > limit };
  }

  async expire({ thread, ttl }: ExpireRequest): Promise<boolean> {
    const data = this.#threads.find(thread);
    if (!data) return false;
    data.ownTtl = ttl;
    if (ttl === null) data.expires = undefined;
    else if (ttl !== undefined) data.expires = Date.now() + ttl;
    return true;
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    return this.#threads.sweep(thread, limit);
  }
}

/** A child that the caller does not know of, of a checkpoint that it wants to remove. */
function hasUnknownChild(data: ThreadData, { checkpoints, relink }: RemoveRequest): boolean {
  const keyOf = (key: { namespace: string; id: string }): string => JSON.stringify([key.namespace, key.id]);
  const going = new Set(checkpoints.map(keyOf));
  const known = new Set(relink.map(keyOf));
  for (const [name, namespace] of data.namespaces) {
    for (const { id, parent } of namespace.checkpoints.values()) {
      if (parent === undefined || !going.has(keyOf({ namespace: name, id: parent }))) continue;
      const key = keyOf({ namespace: name, id });
      if (!going.has(key) && !known.has(key)) return true;
    }
  }
  return false;
}

function compareThreads(
  a: { readonly updated: number; readonly thread: string },
  b: { readonly updated: number; readonly thread: string },
): number {
  return b.updated - a.updated || compareText(a.thread, b.thread);
}

function headPasses(data: ThreadData, filter: ThreadsRequest["filter"]): boolean {
  const root = data.namespaces.get("");
  const head = root?.checkpoints.get(root.order.at(-1) ?? "");
  return head !== undefined && passes(head, filter);
}

function hasRun(data: ThreadData, runs: readonly string[]): boolean {
  for (const namespace of data.namespaces.values()) {
    for (const { run } of namespace.checkpoints.values()) {
      if (run !== undefined && runs.includes(run)) return true;
    }
  }
  return false;
}
