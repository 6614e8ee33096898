import type { Blob, BlobId } from "../storage/port.ts";
import type { RememberedValue } from "../codec/remembered-value.ts";
import type { CutValue } from "./cut.ts";
import { BLOB_ID_COST, costOfBlob, costOfCuts, costOfRemembered, THREAD_COST } from "./memory-cost.ts";
import { isNode } from "./hash.ts";
import { childrenOf } from "./tree.ts";

/** The most ids that a reader names to say what it holds: 16 bytes each on the wire. */
const NAMES_MAX = 128;
const RECENT_NAMESPACES = 8;

/** The values of one checkpoint. */
export interface RecentValues {
  /** Those that are blobs, by the id of their root. */
  readonly cut: ReadonlyMap<BlobId, CutValue>;
  /** Channel → how its value was stored. Encoding the next value takes out what can be used only once. */
  readonly encoded: Map<string, RememberedValue>;
}

/** Values with the memory that they take in addition to their blobs. */
interface Remembered extends RecentValues {
  readonly cost: number;
}

/**
 * What is known about one thread. It never changes while a read uses it: losing blobs or a new epoch makes a new
 * object.
 */
export interface KnownThread {
  /** The epoch under which all of `blobs` are stored. */
  readonly epoch: string;
  /** `undefined`: stored, but the bytes were dropped to save memory. */
  readonly blobs: Map<BlobId, Blob | undefined>;
  /** Namespace → the values of the checkpoint that was last read or written there. */
  readonly recent: Map<string, Remembered>;
  /** No bytes were dropped. */
  readonly whole: boolean;
  /** Memory in use. */
  bytes: number;
}

/** Blobs by content, and which of them are stored in which thread. Least recently used threads go first. */
export class BlobCache {
  readonly #threads = new Map<string, KnownThread>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes Bound on the memory in use; 0 remembers nothing. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether it remembers anything. */
  get remembers(): boolean {
    return this.#maxBytes > 0;
  }

  /** What is known of a thread at the moment. */
  peek(thread: string): KnownThread | undefined {
    return this.#threads.get(thread);
  }

  /** What is known of a thread, which now counts as just used. */
  find(thread: string): KnownThread | undefined {
    const known = this.#threads.get(thread);
    if (known) {
      this.#threads.delete(thread);
      this.#threads.set(thread, known);
    }
    return known;
  }

  /** Remembers that all these blobs are stored in the thread under this epoch. */
  learn(
    thread: string,
    epoch: string,
    blobs: Iterable<Blob>,
    recent?: { readonly namespace: string; readonly values: RecentValues },
  ): void {
    if (!this.remembers) return;
    let known = this.peek(thread);
    if (known?.epoch !== epoch) {
      this.forget(thread);
      known = { epoch, blobs: new Map(), recent: new Map(), whole: true, bytes: THREAD_COST };
      this.#threads.set(thread, known);
      this.#bytes += THREAD_COST;
    }
    for (const blob of blobs) {
      const before = known.blobs.get(blob.id);
      const isKnown = before !== undefined || known.blobs.has(blob.id);
      // The newer of two equal blobs is part of the current values, so the other can be dropped.
      known.blobs.set(blob.id, blob);
      if (before) continue;
      const cost = costOfBlob(blob) - (isKnown ? BLOB_ID_COST : 0);
      known.bytes += cost;
      this.#bytes += cost;
    }
    if (recent) {
      const { namespace, values } = recent;
      const cost = rememberRecent(known.recent, namespace, this.#costed(values));
      known.bytes += cost;
      this.#bytes += cost;
    }
    this.#shrink();
  }

  #costed({ cut, encoded }: RecentValues): Remembered {
    const cost = costOfCuts(cut.values());
    const remembered = costOfRemembered(encoded.values());
    // Large entries would push out the blobs, which save more.
    if (remembered > this.#maxBytes / 4) return { cut, encoded: new Map(), cost };
    return { cut, encoded, cost: cost + remembered };
  }

  forget(thread: string): void {
    this.#bytes -= this.#threads.get(thread)?.bytes ?? 0;
    this.#threads.delete(thread);
  }

  #shrink(): void {
    if (this.#bytes <= this.#maxBytes) return;
    for (const thread of this.#threads.keys()) {
      if (this.#bytes <= this.#maxBytes || this.#threads.size === 1) break;
      this.forget(thread);
    }
    if (this.#bytes > this.#maxBytes) this.#shrinkOnlyThread();
  }

  /** Keeps the knowledge of what is stored, which saves sending it, and drops the oldest bytes. */
  #shrinkOnlyThread(): void {
    const [[thread, known]] = this.#threads as unknown as [[string, KnownThread]];
    const floor = THREAD_COST + known.blobs.size * BLOB_ID_COST;
    if (floor > this.#maxBytes) return this.forget(thread);
    const blobs = new Map(known.blobs);
    let bytes = known.bytes - [...known.recent.values()].reduce((sum, values) => sum + values.cost, 0);
    for (const [id, blob] of blobs) {
      // Down to half, so that the next call need not do this again.
      if (bytes <= Math.max(floor, this.#maxBytes / 2)) break;
      if (!blob) continue;
      blobs.set(id, undefined);
      bytes -= costOfBlob(blob) - BLOB_ID_COST;
    }
    this.#bytes = bytes;
    this.#threads.set(thread, { ...known, blobs, bytes, recent: new Map(), whole: false });
  }
}

/** Returns by how many bytes the memory in use has grown. */
function rememberRecent(recent: Map<string, Remembered>, namespace: string, values: Remembered): number {
  const before = recent.get(namespace)?.cost ?? 0;
  recent.delete(namespace);
  recent.set(namespace, values);
  if (recent.size <= RECENT_NAMESPACES) return values.cost - before;
  const [[name, oldest]] = recent as Iterable<[string, Remembered]> as [[string, Remembered]];
  recent.delete(name);
  return values.cost - before - oldest.cost;
}

/** The ids that tell a storage what need not be sent. */
export function haveList(known: KnownThread | undefined): BlobId[] {
  // Naming a blob means holding everything below it.
  if (!known?.whole) return [];
  const roots: BlobId[] = [];
  for (const { cut } of known.recent.values()) {
    for (const id of cut.keys()) if (known.blobs.has(id)) roots.push(id);
  }
  // The roots of one namespace are all different.
  if (known.recent.size === 1 && !roots.some(isNode)) return roots;
  return namesOf(roots, (id) => known.blobs.get(id));
}

/**
 * What to name of trees that are held as a whole: their roots, which cover everything below them; the children of the
 * roots, which stay when a value is appended to; and as many nodes below them as fit.
 */
export function namesOf(roots: readonly BlobId[], find: (id: BlobId) => Blob | undefined): BlobId[] {
  const names = new Set(roots);
  for (const id of names) {
    const blob = isNode(id) ? find(id) : undefined;
    const children = blob ? childrenOf(blob) : [];
    if (names.size + children.length > NAMES_MAX) break;
    for (const child of children) names.add(child);
  }
  return [...names];
}
