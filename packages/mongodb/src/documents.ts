import type {
  Blob,
  BlobId,
  CheckpointOutline,
  CheckpointRecord,
  FilterTerm,
  WriteRecord,
} from "@threadmark/core/storage";
import { childrenOf, damaged, idBytes, isNode } from "@threadmark/core/storage";
import { decoderOf, idOf, type Decoder } from "./decoder.ts";
import type { Doc } from "./driver.ts";
import { blobKey, type Key } from "./keys.ts";

/** A checkpoint as it is stored. */
export interface CheckpointDoc {
  readonly _id: { readonly t: string; readonly n: string; readonly i: string };
  /** The generation that it belongs to; see `thread.ts`. */
  readonly g: string;
  readonly parent?: string | null;
  readonly parentSeal: number;
  readonly run?: { readonly r: string };
  readonly header: Uint8Array;
  readonly seal: number;
  readonly metadata: Uint8Array;
  readonly index: readonly { readonly k: string; readonly v: string }[];
  readonly refs: readonly Uint8Array[];
}

/** The projection for what {@link outlineOf} takes. */
export const OUTLINE: Doc = { parent: 1, parentSeal: 1, run: 1, header: 1, seal: 1, g: 1 };

/** Writes of one task as they are stored. */
export interface WriteDoc {
  readonly _id: {
    readonly t: string;
    readonly n: string;
    readonly i: string;
    readonly a: string;
    readonly x: number;
  };
  readonly g: string;
  /** idx → write. */
  readonly w: Readonly<Record<string, StoredWrite>>;
  /** In the first part: the number of the last part that is complete. */
  readonly last?: number;
  /**
   * How many there are in `w`, how many of these are special, and `last`; see {@link tallyOf}. A seal says nothing
   * about a write that is gone.
   */
  readonly tally: number;
}

interface StoredWrite {
  readonly p: string;
  readonly c: string;
  readonly v: Uint8Array;
  readonly r: readonly Uint8Array[];
  readonly s: number;
}

/** A blob as it is stored. */
export interface BlobDoc {
  readonly _id: { readonly t: string; readonly b: Uint8Array };
  readonly bytes: Uint8Array;
}

/**
 * The fields of a checkpoint, except for its parent. `scan` and `run` are there for indexes that no other kind
 * of document is in. Keys of metadata are values here and never names of fields.
 */
export function checkpointFields(thread: string, record: CheckpointRecord, g: string): Doc {
  const { namespace, id, run, header, seal, metadata, index, refs } = record;
  return {
    g,
    header,
    seal,
    metadata,
    index: index.map(({ key, token }) => ({ k: key, v: token })),
    refs: bytesOf(refs),
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

const A_CHECKPOINT = "a checkpoint";

/** @throws CheckpointError `CORRUPT` for what cannot be a checkpoint, as does everything here that reads documents. */
export function outlineOf(doc: CheckpointDoc): CheckpointOutline {
  return outlineBy(decoderOf(doc._id.t, A_CHECKPOINT), doc);
}

/** What links a checkpoint to its parent. */
export function linkOf({
  _id,
  parent,
  parentSeal,
}: Pick<CheckpointDoc, "_id" | "parent" | "parentSeal">): Pick<CheckpointOutline, "parent" | "parentSeal"> {
  const decode = decoderOf(_id.t, A_CHECKPOINT);
  return { parent: decode.optionalText(parent), parentSeal: decode.seal(parentSeal) };
}

function outlineBy(decode: Decoder, doc: CheckpointDoc): CheckpointOutline {
  const { _id, run, header, seal } = doc;
  return {
    namespace: _id.n,
    id: _id.i,
    ...linkOf(doc),
    run: run === undefined ? undefined : decode.text(decode.object(run)["r"]),
    header: decode.bytes(header),
    seal: decode.seal(seal),
  };
}

export function recordOf(doc: CheckpointDoc): CheckpointRecord {
  const decode = decoderOf(doc._id.t, A_CHECKPOINT);
  return {
    ...outlineBy(decode, doc),
    metadata: decode.bytes(doc.metadata),
    index: decode.list(doc.index).map((entry) => {
      const { k, v } = decode.object(entry);
      return { key: decode.text(k), token: decode.text(v) };
    }),
    refs: refsOf(doc),
  };
}

/** The blobs of a checkpoint. */
export function refsOf({ _id, refs }: CheckpointDoc): string[] {
  const decode = decoderOf(_id.t, A_CHECKPOINT);
  return decode.list(refs).map((ref) => decode.blobId(ref));
}

/** Writes that one part holds. */
const PART = 1000;
/** More than the writes that a part can have, special ones included. */
const MANY = 10_000;

/** As an expression of the server, of the fields `last` and `w`. Only special writes have a minus in their keys. */
export const TALLY: Doc = tallyBy({ $ifNull: ["$last", 0] }, { $objectToArray: "$w" });

function tallyBy(last: Doc, writes: Doc): Doc {
  const specials = { $filter: { input: writes, cond: { $lt: ["$$this.k", "0"] } } };
  const counted = { $add: [{ $multiply: [last, MANY] }, { $size: specials }] };
  return { $add: [{ $multiply: [counted, MANY] }, { $size: writes }] };
}

/** The same for what was read. */
function tallyOf(last: number, indexes: readonly string[]): number {
  const specials = indexes.filter((idx) => idx < "0").length;
  return (last * MANY + specials) * MANY + indexes.length;
}

/** In which part a write is. Special ones are in the first. */
export function partOf(idx: number): number {
  return idx < 0 ? 0 : Math.floor(idx / PART);
}

export function storedWrite({ path, channel, value, refs, seal }: WriteRecord): StoredWrite {
  return { p: path, c: channel, v: value, r: bytesOf(refs), s: seal };
}

/**
 * The writes in documents of one checkpoint. A part counts when the first part of its task says so: it is
 * written last, so either all writes of a batch count or none.
 */
export function writesIn(docs: readonly WriteDoc[]): WriteRecord[] {
  const last = new Map<string, number>();
  for (const { _id, last: parts } of docs) {
    if (_id.x === 0) last.set(_id.a, decoderOf(_id.t, "a write").number(parts ?? 0));
  }
  return docs.filter(({ _id }) => _id.x <= (last.get(_id.a) ?? -1)).flatMap(writesOfPart);
}

function writesOfPart({ _id, w, last = 0, tally }: WriteDoc): WriteRecord[] {
  const decode = decoderOf(_id.t, "a write");
  const entries = Object.entries(decode.object(w));
  const indexes = entries.map(([idx]) => idx);
  if (decode.number(tally) !== tallyOf(last, indexes)) throw damaged(_id.t, "a write");
  return entries.map(([idx, write]) => {
    const { p, c, v, r, s } = decode.object(write);
    return {
      task: _id.a,
      path: decode.text(p),
      idx: decode.number(Number(idx)),
      channel: decode.text(c),
      value: decode.bytes(v),
      refs: decode.list(r).map((ref) => decode.blobId(ref)),
      seal: decode.seal(s),
    };
  });
}

/** The fields of a blob. A node also lists the keys of its children that are nodes, which the server can follow. */
export function blobFields(thread: string, blob: Blob): Doc {
  const children = childrenOf(blob).filter(isNode);
  if (children.length === 0) return { bytes: blob.bytes };
  return { bytes: blob.bytes, children: children.map((id): Key => blobKey(thread, id)) };
}

export function blobOf({ _id, bytes }: BlobDoc): Blob {
  const id = idOf(_id.b);
  return { id, kind: isNode(id) ? "node" : "leaf", bytes: decoderOf(_id.t, "a blob").bytes(bytes) };
}

export function bytesOf(ids: readonly BlobId[]): Uint8Array[] {
  return ids.map((id) => idBytes([id]));
}
