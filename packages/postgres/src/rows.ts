import { Buffer } from "node:buffer";
import {
  idsOf,
  isNode,
  type Ancestor,
  type Blob,
  type CheckpointOutline,
  type CheckpointRecord,
  type GetResult,
  type StoredCheckpoint,
  type ThreadEntry,
  type ThreadHead,
  type ThreadRecord,
  type WriteRecord,
} from "@threadmark/core/storage";
import { DamagedRow } from "./damage.ts";
import { unpackLeaf } from "./leaf-packing.ts";
import type { Row } from "./pg.ts";
import { CHECKPOINT, itemsOf, OUTLINE, THREAD, WRITE, type Items } from "./record-json.ts";

type Json = readonly unknown[];

/** The rows of one part of an answer. */
export function partOf(rows: readonly Row[], part: string): readonly Row[] {
  return rows.filter((row) => row["part"] === part);
}

/** The rows of one part as JSON. */
export function jsonOf(rows: readonly Row[], part: string): Json[] {
  return partOf(rows, part).map((row) => JSON.parse(row["data"]!) as Json);
}

/** Checkpoints in the order of their rank, with their writes. */
export function storedOf(rows: readonly Row[]): StoredCheckpoint[] {
  return checkpointsOf(rows, CHECKPOINT, (items, writes) => ({
    thread: textOf(items.thread),
    checkpoint: checkpointOf(items),
    writes,
  }));
}

/** The only checkpoint of an answer, with everything that belongs to it. */
export function resultOf(rows: readonly Row[]): GetResult | undefined {
  const [stored] = storedOf(rows);
  const epoch = partOf(rows, "checkpoint")[0]?.["bytes"];
  return stored && { ...stored, blobs: blobsOf(rows), epoch: epoch! };
}

/** Ancestors in the order of their rank, with their writes. */
export function ancestorsOf(rows: readonly Row[]): Ancestor[] {
  return checkpointsOf(rows, OUTLINE, (items, writes) => ({ checkpoint: outlineOf(items), writes }));
}

/** Checkpoints without their metadata and refs, in the order of their rank. */
export function outlinesOf(rows: readonly Row[]): CheckpointOutline[] {
  return checkpointsOf(rows, OUTLINE, outlineOf);
}

/** Threads, in the order of their rows. */
export function threadsOf(rows: readonly Row[]): ThreadRecord[] {
  return jsonOf(rows, "thread").map((json) => {
    const items = itemsOf(THREAD, json);
    return decoded(items.thread, () => threadOf(items));
  });
}

/** The blobs of an answer. */
export function blobsOf(rows: readonly Row[]): Blob[] {
  return partOf(rows, "blob").map((row) => {
    const [id = "", number] = row["data"]!.split(" ");
    const bytes = bytesOf(row["bytes"]);
    return isNode(id) ? { id, kind: "node", bytes } : { id, kind: "leaf", bytes: unpackLeaf(bytes, number) };
  });
}

function checkpointsOf<F extends typeof OUTLINE, T>(
  rows: readonly Row[],
  form: F,
  decode: (items: Items<F>, writes: readonly WriteRecord[]) => T,
): T[] {
  return jsonOf(rows, "checkpoint")
    .map(([json, writes]) => ({
      items: itemsOf(form, json as Json),
      writes: (writes ?? []) as readonly Json[],
    }))
    .sort((a, b) => numberOf(a.items.rank) - numberOf(b.items.rank))
    .map(({ items, writes }) => decoded(items.thread, () => decode(items, writes.map(writeOf))));
}

function decoded<T>(thread: unknown, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new DamagedRow(textOf(thread), cause);
  }
}

function outlineOf(items: Items<typeof OUTLINE>): CheckpointOutline {
  return {
    namespace: textOf(items.namespace),
    id: textOf(items.id),
    parent: maybe(items.parent, textOf),
    parentSeal: numberOf(items.parentSeal),
    run: maybe(items.run, textOf),
    header: bytesOf(items.header),
    seal: numberOf(items.seal),
  };
}

function checkpointOf(items: Items<typeof CHECKPOINT>): CheckpointRecord {
  const index = Object.entries(objectOf(items.tokens)).map(([key, token]) => ({ key, token: textOf(token) }));
  return { ...outlineOf(items), metadata: bytesOf(items.metadata), index, refs: refsOf(items.refs) };
}

function writeOf(json: Json): WriteRecord {
  const items = itemsOf(WRITE, json);
  return {
    task: textOf(items.task),
    path: textOf(items.path),
    idx: numberOf(items.idx),
    channel: textOf(items.channel),
    value: bytesOf(items.value),
    refs: refsOf(items.refs),
    seal: numberOf(items.seal),
  };
}

function threadOf(items: Items<typeof THREAD>): ThreadRecord {
  const claim = maybe(items.claim, textOf);
  return {
    thread: textOf(items.thread),
    created: numberOf(items.created),
    updated: numberOf(items.updated),
    expires: maybe(items.expires, numberOf),
    entries: Object.entries(objectOf(items.entries)).map(entryOf),
    head: headOf(items),
    claim: claim === undefined ? undefined : { id: claim, until: numberOf(items.until) },
  };
}

function headOf({ head, headParent, headSeal, pending }: Items<typeof THREAD>): ThreadHead | undefined {
  if (head === null) return undefined;
  return {
    id: textOf(head),
    parent: maybe(headParent, textOf),
    parentSeal: numberOf(headSeal),
    pending: ((pending ?? []) as readonly Json[]).map(writeOf),
  };
}

function entryOf([key, json]: readonly [string, unknown]): ThreadEntry {
  const { token, value, seal } = objectOf(json);
  return { key, token: textOf(token), value: bytesOf(value), seal: numberOf(seal) };
}

/*
 * Types are checked: a cell that was changed by hand may hold anything that its column accepts.
 */

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a text is missing");
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("a number is missing");
  return value;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("an object is missing");
  }
  return value as Readonly<Record<string, unknown>>;
}

function bytesOf(base64: unknown): Uint8Array {
  const buffer = Buffer.from(textOf(base64), "base64");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function refsOf(base64: unknown): string[] {
  return idsOf(bytesOf(base64));
}

function maybe<T>(value: unknown, decode: (value: unknown) => T): T | undefined {
  return value === null ? undefined : decode(value);
}
