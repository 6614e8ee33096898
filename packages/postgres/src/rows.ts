import { Buffer } from "node:buffer";
import type {
  Ancestor,
  Blob,
  CheckpointOutline,
  CheckpointRecord,
  ScanPosition,
  StoredCheckpoint,
  ThreadRecord,
  WriteRecord,
} from "@threadmark/core/storage";
import { DamagedRow } from "./damage.ts";
import { unpackLeaf } from "./leaf-packing.ts";
import type { Row } from "./pg.ts";

/** Values of JSON, in the order in which the statements list them. */
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
  return checkpointsOf(rows, (json) => ({
    thread: json[1] as string,
    checkpoint: checkpointOf(json),
    writes: writesOf(json),
  }));
}

/** Ancestors in the order of their rank, with their writes. */
export function ancestorsOf(rows: readonly Row[]): Ancestor[] {
  return checkpointsOf(rows, (json) => ({ checkpoint: outlineOf(json), writes: writesOf(json) }));
}

/** Checkpoints without their metadata and refs, in the order of the rows. */
export function outlinesOf(rows: readonly Row[]): CheckpointOutline[] {
  return checkpointsOf(rows, outlineOf);
}

function checkpointsOf<T>(rows: readonly Row[], decode: (json: Json) => T): T[] {
  return byRank(jsonOf(rows, "checkpoint")).map((json) => {
    try {
      return decode(json);
    } catch (cause) {
      throw new DamagedRow(json[1] as string, cause);
    }
  });
}

/** The blobs of an answer. */
export function blobsOf(rows: readonly Row[]): Blob[] {
  return partOf(rows, "blob").map((row) => {
    const id = row["data"]!;
    const kind = Number.parseInt(id.at(-1)!, 16) % 2 === 1 ? "node" : "leaf";
    const bytes = bytesOf(row["bytes"]);
    return { id, kind, bytes: kind === "node" ? bytes : unpackLeaf(bytes) };
  });
}

function outlineOf(json: Json): CheckpointOutline {
  const { id, namespace } = positionOf(json);
  const [, , , , parent, run, header] = json as [...unknown[]];
  return { namespace, id, parent: textOf(parent), run: textOf(run), header: bytesOf(header) };
}

/** A thread. */
export function threadOf(json: Json): ThreadRecord {
  const [thread, created, updated, expires] = json as [string, number, number, number | null];
  return { thread, created, updated, expires: expires ?? undefined };
}

function checkpointOf(json: Json): CheckpointRecord {
  const [metadata, tokens, refs] = json.slice(7) as [string, unknown, string];
  if (!isIndex(tokens)) throw new TypeError("an index of metadata must be an object of text");
  const index = Object.entries(tokens).map(([key, token]) => ({ key, token }));
  return { ...outlineOf(json), metadata: bytesOf(metadata), index, refs: idsOf(refs) };
}

function isIndex(tokens: unknown): tokens is Readonly<Record<string, string>> {
  if (typeof tokens !== "object" || tokens === null || Array.isArray(tokens)) return false;
  return Object.values(tokens).every((token) => typeof token === "string");
}

function positionOf(json: Json): ScanPosition {
  const [, thread, namespace, id] = json as [number, string, string, string];
  return { thread, namespace, id };
}

/** The last item of a checkpoint. */
function writesOf(json: Json): WriteRecord[] {
  return ((json.at(-1) ?? []) as Json[]).map(writeOf);
}

function writeOf(json: Json): WriteRecord {
  const [task, path, idx, channel, value, refs] = json as [string, string, number, string, string, string];
  return { task, path, idx, channel, value: bytesOf(value), refs: idsOf(refs) };
}

function byRank(rows: Json[]): Json[] {
  return rows.sort((a, b) => (a[0] as number) - (b[0] as number));
}

function bytesOf(base64: unknown): Uint8Array {
  const buffer = Buffer.from(base64 as string, "base64");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function textOf(value: unknown): string | undefined {
  return (value as string | null) ?? undefined;
}

/** Ids of blobs from hex digits, 32 each. */
function idsOf(digits: string): string[] {
  if (digits.length % 32 > 0) throw new RangeError("a list of ids has a wrong length");
  return digits.match(/.{32}/g) ?? [];
}
