/** What a storage keeps, in bytes and in text that every database can hold. */

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
  /** The run that made it. */
  readonly run: string | undefined;
  readonly header: Uint8Array;
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
}
