import { Buffer } from "node:buffer";
import type {
  Blob,
  CheckpointOutline,
  CheckpointRecord,
  FilterTerm,
  WriteRecord,
} from "@threadmark/core/storage";
import { childrenOf } from "@threadmark/core/storage";
import type { Doc } from "./driver.ts";
import { blobKey, isNodeId, type Key } from "./keys.ts";

/** A checkpoint as it is stored. */
export interface CheckpointDoc {
  readonly _id: { readonly t: string; readonly n: string; readonly i: string };
  /** The generation that it belongs to; see `thread.ts`. */
  readonly g: string;
  readonly parent?: string | null;
  readonly run?: { readonly r: string };
  readonly header: Uint8Array;
  readonly metadata: Uint8Array;
  readonly index: readonly { readonly k: string; readonly v: string }[];
  readonly refs: readonly Uint8Array[];
}

/** Writes of one task as they are stored. */
export interface WriteDoc {
  readonly _id: { readonly n: string; readonly i: string; readonly a: string; readonly x: number };
  readonly g: string;
  /** idx → write. */
  readonly w: Readonly<Record<string, StoredWrite>>;
  /** In the first part: the number of the last part that is complete. */
  readonly last?: number;
}

interface StoredWrite {
  readonly p: string;
  readonly c: string;
  readonly v: Uint8Array;
  readonly r: readonly Uint8Array[];
}

/** A blob as it is stored. */
export interface BlobDoc {
  readonly _id: { readonly t: string; readonly b: Uint8Array };
  readonly bytes: Uint8Array;
}

/**
 * The fields of a checkpoint, but for its parent. `scan` and `run` are there for indexes that no other kind
 * of document is in. Keys of metadata are values here and never names of fields.
 */
export function checkpointFields(thread: string, record: CheckpointRecord, g: string): Doc {
  const { namespace, id, run, header, metadata, index, refs } = record;
  return {
    g,
    header,
    metadata,
    index: index.map(({ key, token }) => ({ k: key, v: token })),
    refs: refs.map(idBytes),
    scan: { t: thread, i: id, n: namespace },
    ...(run !== undefined && { run: { r: run, t: thread } }),
  };
}

/** Conditions on the index of the metadata. */
export function filterOf(terms: readonly FilterTerm[]): Doc[] {
  return terms.map(({ key, token }) =>
    token === undefined ? { "index.k": { $ne: key } } : { index: { $elemMatch: { k: key, v: token } } },
  );
}

export function outlineOf({ _id, parent, run, header }: CheckpointDoc): CheckpointOutline {
  return {
    namespace: _id.n,
    id: _id.i,
    parent: parent ?? undefined,
    run: run?.r,
    header: copyOf(header),
  };
}

export function recordOf(doc: CheckpointDoc): CheckpointRecord {
  return {
    ...outlineOf(doc),
    metadata: copyOf(doc.metadata),
    index: doc.index.map(({ k, v }) => ({ key: k, token: v })),
    refs: doc.refs.map(idOf),
  };
}

/** Writes that one part holds. */
const PART = 1000;

/** In which part a write is. Special ones are in the first. */
export function partOf(idx: number): number {
  return idx < 0 ? 0 : Math.floor(idx / PART);
}

export function storedWrite({ path, channel, value, refs }: WriteRecord): StoredWrite {
  return { p: path, c: channel, v: value, r: refs.map(idBytes) };
}

/**
 * The writes in documents of one checkpoint. A part counts when the first part of its task says so: it is
 * written last, so of a batch all writes count or none.
 */
export function writesIn(docs: readonly WriteDoc[]): WriteRecord[] {
  const last = new Map<string, number>();
  for (const { _id, last: parts } of docs) if (_id.x === 0) last.set(_id.a, parts ?? 0);
  return docs
    .filter(({ _id }) => _id.x <= (last.get(_id.a) ?? -1))
    .flatMap(({ _id, w }) =>
      Object.entries(w).map(([idx, { p, c, v, r }]) => ({
        task: _id.a,
        path: p,
        idx: Number(idx),
        channel: c,
        value: copyOf(v),
        refs: r.map(idOf),
      })),
    );
}

/** The fields of a blob. A node also lists the keys of its children that are nodes, which the server can follow. */
export function blobFields(thread: string, blob: Blob): Doc {
  const children = childrenOf(blob).filter(isNodeId);
  if (children.length === 0) return { bytes: blob.bytes };
  return { bytes: blob.bytes, children: children.map((id): Key => blobKey(thread, id)) };
}

export function blobOf({ _id, bytes }: BlobDoc): Blob {
  const id = idOf(_id.b);
  return { id, kind: isNodeId(id) ? "node" : "leaf", bytes: copyOf(bytes) };
}

export function idBytes(id: string): Uint8Array {
  return Buffer.from(id, "hex");
}

export function idOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** The driver's bytes are windows on the answer of the server, which would be kept whole with each of them. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
