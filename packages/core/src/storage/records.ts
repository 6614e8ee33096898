/** What a storage keeps, in bytes and in text that every database can hold. */

/**
 * A checksum that core computes when a record is written and checks when it is read: an unsigned integer of 32 bits.
 * It covers the place of the record and its fields, so that a record that was damaged, or swapped with that of
 * another place, is noticed. A storage keeps it and returns it, and computes nothing, except for copies
 * (`CopyRequest.sealShift`).
 */
export type Seal = number;

/** Address of a blob: the first 128 bits of the SHA-256 of its bytes, as 32 lower-case hex digits. */
export type BlobId = string;

/** Immutable bytes, unique in their thread by id. */
export interface Blob {
  readonly id: BlobId;
  /** A `node`'s bytes are the ids of its children, 16 bytes each; a `leaf`'s are a piece of a value. */
  readonly kind: "leaf" | "node";
  readonly bytes: Uint8Array;
}

/** One key of the metadata and a short text that is equal exactly when the values are. */
export interface IndexEntry {
  readonly key: string;
  readonly token: string;
}

/** One key of a thread's own metadata. */
export interface ThreadEntry extends IndexEntry {
  /** The exact value, for core only. */
  readonly value: Uint8Array;
  /** Covers thread, key, token and value; see {@link Seal}. */
  readonly seal: Seal;
}

/** One condition of a filter: the key has this token, or no such key when `token` is `undefined`. */
export interface FilterTerm {
  readonly key: string;
  readonly token: string | undefined;
}

/** A checkpoint in its thread. */
export interface CheckpointKey {
  readonly namespace: string;
  readonly id: string;
}

/** A checkpoint without its metadata and values. */
export interface CheckpointOutline extends CheckpointKey {
  readonly parent: string | undefined;
  /** Covers thread, namespace, id and parent. Kept wherever `parent` is kept, and replaced together with it. */
  readonly parentSeal: Seal;
  /** The run that made it. */
  readonly run: string | undefined;
  /** Names the format, the values, and a checksum of metadata, index and refs. */
  readonly header: Uint8Array;
  /** Covers thread, namespace, id, run and header. */
  readonly seal: Seal;
}

/** A checkpoint as it is stored. */
export interface CheckpointRecord extends CheckpointOutline {
  readonly metadata: Uint8Array;
  readonly index: readonly IndexEntry[];
  /** The blobs that the header names; with everything below them, they make the values. */
  readonly refs: readonly BlobId[];
}

/** One write of a task, unique by (namespace, checkpoint, task, idx). */
export interface WriteRecord {
  readonly task: string;
  /** Where the task is in the graph, for the order of writes; `""` when unknown. */
  readonly path: string;
  /** Position in the batch, or a negative number for LangGraph's special channels. */
  readonly idx: number;
  readonly channel: string;
  readonly value: Uint8Array;
  readonly refs: readonly BlobId[];
  /** Covers thread, namespace, checkpoint and all other fields. */
  readonly seal: Seal;
}

export interface StoredCheckpoint {
  readonly thread: string;
  readonly checkpoint: CheckpointRecord;
  /** In any order. */
  readonly writes: readonly WriteRecord[];
}

/** A place in the order of `scan`: id descending, then thread and namespace ascending, as UTF-8 bytes. */
export interface ScanPosition extends CheckpointKey {
  readonly thread: string;
}

export interface ThreadRecord {
  readonly thread: string;
  /** Milliseconds since 1970, by the storage's clock; so are the others. */
  readonly created: number;
  readonly updated: number;
  readonly expires: number | undefined;
  /** In any order. */
  readonly entries: readonly ThreadEntry[];
  readonly head: ThreadHead | undefined;
  readonly claim: ThreadClaim | undefined;
}

/** The checkpoint with the greatest id in the root namespace `""` of a thread. */
export interface ThreadHead {
  readonly id: string;
  readonly parent: string | undefined;
  readonly parentSeal: Seal;
  /** Of its writes, those that were asked for (`ThreadsRequest.pendingChannels`), in any order. */
  readonly pending: readonly WriteRecord[];
}

/** Who owns a thread. From `until` on, someone else can take it; until someone does, the claim stays in force. */
export interface ThreadClaim {
  readonly id: string;
  /** Milliseconds since 1970, by the storage's clock. */
  readonly until: number;
}
