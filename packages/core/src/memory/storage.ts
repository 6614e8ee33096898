import {
  checkOptions,
  comparePositions,
  compareText,
  compareThreads,
  hasUnknownChild,
  passesFilter,
  shiftCheckpoint,
  shiftSeal,
  type Ancestor,
  type AncestorsRequest,
  type Blob,
  type BlobsRequest,
  type CheckpointStorage,
  type ClaimOutcome,
  type ClaimRequest,
  type CopyOutcome,
  type CopyRequest,
  type ExpireRequest,
  type GetRequest,
  type GetResult,
  type OutlinePage,
  type OutlineRequest,
  type PutRequest,
  type PutWritesRequest,
  type ReleaseRequest,
  type RemoveOutcome,
  type RemoveRequest,
  type RunsPage,
  type RunsRequest,
  type ScanPage,
  type ScanRequest,
  type StorageCapabilities,
  type SweepRequest,
  type ThreadPage,
  type ThreadStats,
  type ThreadsRequest,
  type UpdateThreadRequest,
  type WriteOutcome,
  type WriteRequest,
} from "../storage.ts";
import { now } from "./clock.ts";
import { findHits } from "./scan.ts";
import { ThreadTable } from "./thread-table.ts";
import {
  addWrites,
  collectBlobs,
  hasRun,
  namespaceIn,
  reachableBlobs,
  removeCheckpoints,
  setCheckpoint,
  recordOf,
  statsOf,
  writesOf,
  type ThreadData,
} from "./thread-data.ts";
import { refsOf } from "../storage/refs.ts";

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** The most threads to keep; the one that was written to longest ago is dropped. @default no limit */
  readonly maxThreads?: number | undefined;
}

/**
 * The storage port over Maps. It keeps the same bytes as a database would, so nothing is shared with
 * the caller. Every method does its work before it returns a promise, which makes it atomic.
 */
export class MemoryStorage implements CheckpointStorage {
  readonly port = 2;
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
    const stored = keepParent ? existing?.checkpoints.get(id) : undefined;
    const { parent, parentSeal } = stored ?? checkpoint;
    setCheckpoint(namespaceIn(data, namespace), stored ? { ...checkpoint, parent, parentSeal } : checkpoint);
    return { outcome: "stored", epoch: data.epoch };
  }

  async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    const refused = this.#refuse(request);
    if (refused) return refused;
    const data = this.#write(request);
    addWrites(namespaceIn(data, request.namespace), request.checkpoint, request.writes);
    return { outcome: "stored", epoch: data.epoch };
  }

  /** Why nothing may be written, if that is the case. */
  #refuse({ thread, claim, epoch, relies }: WriteRequest): WriteOutcome | undefined {
    if (this.#threads.isExpired(thread)) return { outcome: "expired" };
    const data = this.#threads.find(thread);
    if (claim !== undefined && data?.claim?.id !== claim) return { outcome: "fenced" };
    if (epoch === undefined) return undefined;
    const holds = data?.epoch === epoch && relies.every((id) => data.blobs.has(id));
    return holds ? undefined : { outcome: "stale" };
  }

  #write({ thread, blobs, newEpoch, ttl, entries }: WriteRequest): ThreadData {
    const data = this.#threads.touch(thread, newEpoch, ttl);
    for (const entry of entries) data.entries.set(entry.key, entry);
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
    const blobs = reachableBlobs(data, refsOf({ checkpoint, writes }), have);
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
      const have = [...request.have, ...blobs.keys()];
      for (const blob of reachableBlobs(data, refsOf({ checkpoint, writes }), have)) blobs.set(blob.id, blob);
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
      found.push({ checkpoint, writes: writesOf(namespace, id) });
      id = checkpoint.parent;
    }
    return found;
  }

  async blobs({ thread, refs, have }: BlobsRequest): Promise<readonly Blob[]> {
    const data = this.#threads.find(thread);
    return data ? reachableBlobs(data, refs, have) : [];
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
    const all = [...data.namespaces.values()].flatMap(({ checkpoints }) => [...checkpoints.values()]);
    if (hasUnknownChild(all, request)) return { outcome: "conflict" };
    removeCheckpoints(data, request.checkpoints);
    for (const { namespace: name, id, parent, parentSeal } of request.relink) {
      const namespace = data.namespaces.get(name);
      const record = namespace?.checkpoints.get(id);
      if (record) namespace!.checkpoints.set(id, { ...record, parent, parentSeal });
    }
    data.epoch = request.newEpoch;
    const left = [...data.namespaces.values()].some(({ checkpoints }) => checkpoints.size > 0);
    if (left) return { outcome: "removed", blobs: collectBlobs(data) };
    this.#threads.delete(request.thread);
    return { outcome: "removed", blobs: data.blobs.size };
  }

  async deleteThreads(threads: readonly string[]): Promise<number> {
    return threads.filter((thread) => this.#threads.delete(thread)).length;
  }

  async copyThread({ from, to, newEpoch, sealShift }: CopyRequest): Promise<CopyOutcome> {
    const source = this.#threads.find(from);
    if (!source) return "missing";
    const present = this.#threads.find(to);
    if (present) return present.epoch === newEpoch ? "copied" : "exists";
    this.#threads.delete(to);
    const copy = this.#threads.touch(to, newEpoch, undefined);
    copy.expires = source.expires;
    copy.ownTtl = source.ownTtl;
    const shifted = <T extends { readonly seal: number }>(record: T): T => ({
      ...record,
      seal: shiftSeal(record.seal, sealShift),
    });
    for (const blob of source.blobs.values()) copy.blobs.set(blob.id, blob);
    for (const entry of source.entries.values()) copy.entries.set(entry.key, shifted(entry));
    for (const [name, namespace] of source.namespaces) {
      const target = namespaceIn(copy, name);
      for (const record of namespace.checkpoints.values()) {
        setCheckpoint(target, shiftCheckpoint(record, sealShift));
      }
      for (const id of namespace.writes.keys()) addWrites(target, id, writesOf(namespace, id).map(shifted));
    }
    return "copied";
  }

  async threads({ thread, filter, after, limit, pendingChannels }: ThreadsRequest): Promise<ThreadPage> {
    const one = thread === undefined ? undefined : this.#threads.find(thread);
    const all = [...(thread === undefined ? this.#threads.all() : one ? [one] : [])]
      .filter((data) => !after || compareThreads(after, data) < 0)
      .filter((data) => passesFilter([...data.entries.values()], filter))
      .sort(compareThreads);
    const threads = all.slice(0, limit).map((data) => recordOf(data, pendingChannels));
    return { threads, more: all.length > limit };
  }

  async updateThread({ thread, set, remove }: UpdateThreadRequest): Promise<boolean> {
    const data = this.#threads.find(thread);
    if (!data) return false;
    for (const entry of set) data.entries.set(entry.key, entry);
    for (const key of remove) data.entries.delete(key);
    return true;
  }

  async claim({ thread, claim, renews, ttl, newEpoch, threadTtl }: ClaimRequest): Promise<ClaimOutcome> {
    if (this.#threads.isExpired(thread)) return { outcome: "expired" };
    const held = this.#threads.find(thread)?.claim;
    if (renews && held?.id !== claim) return { outcome: "lost" };
    if (held && held.id !== claim && held.until > now()) return { outcome: "held", until: held.until };
    const data = this.#threads.findOrMake(thread, newEpoch);
    data.claim = { id: claim, until: now() + ttl };
    this.#threads.renew(data, threadTtl);
    return { outcome: "claimed" };
  }

  async release({ thread, claim }: ReleaseRequest): Promise<boolean> {
    const data = this.#threads.find(thread);
    if (data?.claim?.id !== claim) return false;
    data.claim = undefined;
    return true;
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
    else if (ttl !== undefined) data.expires = now() + ttl;
    return true;
  }

  async stats(thread: string): Promise<ThreadStats | undefined> {
    const data = this.#threads.find(thread);
    return data && statsOf(data);
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    return this.#threads.sweep(thread, limit);
  }
}
