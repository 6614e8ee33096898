import { isIntact, type FindBlob } from "../blobs/tree.ts";
import type { TreeReader } from "../blobs/tree-reader.ts";
import { decodeHeader, type Header } from "../codec/header.ts";
import { type RememberedValue, valueAgain } from "../codec/remembered-value.ts";
import { contentSum } from "../codec/seals.ts";
import { loadValue, refOf } from "../codec/stored-value.ts";
import { compareText, unescapeText } from "../codec/text.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { Checkpoint, CheckpointMetadata, CheckpointPendingWrite, CheckpointTuple } from "../contract.ts";
import { CheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import { configOf } from "../ids.ts";
import { sameBytes } from "../runtime.ts";
import { all, type Soon, chain } from "../soon.ts";
import type {
  Blob,
  BlobId,
  CheckpointOutline,
  CheckpointRecord,
  StoredCheckpoint,
  WriteRecord,
} from "../storage/port.ts";
import { reading } from "./placed.ts";

/**
 * Blobs that came from a storage, each checked against its id. A damaged one is an error when it is looked up: only
 * then does a listing of all threads know whose it is.
 */
export function checkedBlobs(blobs: readonly Blob[]): FindBlob {
  if (blobs.length === 0) return () => undefined;
  const found = new Map<BlobId, Blob>();
  const damaged = new Set<BlobId>();
  for (const blob of blobs) {
    if (isIntact(blob)) found.set(blob.id, blob);
    else damaged.add(blob.id);
  }
  return (id) => {
    if (damaged.has(id)) throw new CheckpointError("CORRUPT", `blob ${id} is damaged in the storage`);
    return found.get(id);
  };
}

/** The header of a checkpoint that was checked. */
export function headerOf(thread: string, { namespace, id, header }: CheckpointOutline): Soon<Header> {
  return reading({ threadId: thread, namespace, checkpointId: id }, () => decodeHeader(header));
}

/**
 * The tuple of a stored checkpoint that was checked except for its content.
 *
 * @param remembered How values were last stored: those need not be decoded.
 */
export function decodeTuple(
  codec: ValueCodec,
  stored: StoredCheckpoint,
  reader: TreeReader,
  remembered?: ReadonlyMap<string, RememberedValue>,
): Soon<CheckpointTuple> {
  const { thread, checkpoint: record } = stored;
  const { namespace, id, parent } = record;
  const place = { threadId: thread, namespace, checkpointId: id };
  return chain(headerOf(thread, record), (header) => {
    const decoded = reading(place, () => {
      const again = header.values.map(([channel, bytes]) => againIn(remembered, channel, bytes));
      checkContent(header, record, again);
      return all([
        decodeValues(codec, header, reader, { place, again }),
        reading({ ...place, field: "metadata" }, () => codec.decode(record.metadata)),
        decodeWrites(codec, stored.writes, reader, place),
      ] as const);
    });
    return chain(decoded, ([values, metadata, pendingWrites]) => ({
      config: configOf(thread, namespace, id),
      checkpoint: checkpointOf(id, header, values),
      metadata: metadata as CheckpointMetadata,
      ...(parent !== undefined && { parentConfig: configOf(thread, namespace, parent) }),
      pendingWrites,
    }));
  });
}

/** What is remembered of a channel, if it is stored as it was then. */
function againIn(
  remembered: ReadonlyMap<string, RememberedValue> | undefined,
  channel: string,
  stored: Uint8Array,
): RememberedValue | undefined {
  const last = remembered?.get(channel);
  return last && sameBytes(last.stored.bytes, stored) ? last : undefined;
}

function checkContent(
  header: Header,
  { metadata, index, refs }: CheckpointRecord,
  again: ValuesPlace["again"],
): void {
  if (header.content !== contentSum(metadata, index, refs)) {
    throw new CheckpointError("CORRUPT", "its metadata or its list of blobs is damaged in the storage");
  }
  let named = 0;
  for (let i = 0; i < again.length; i++) {
    const last = again[i]?.stored;
    const ref = last ? last.cut?.root.id : refOf(header.values[i]![1]);
    if (ref === refs[named]) named += ref === undefined ? 0 : 1;
    else if (ref !== undefined && !refs.slice(0, named).includes(ref)) throw strayRefs();
  }
  if (named !== refs.length) throw strayRefs();
}

function strayRefs(): CheckpointError {
  return new CheckpointError(
    "CORRUPT",
    "its list of blobs is damaged in the storage: it does not match its values",
  );
}

function checkpointOf(id: string, header: Header, values: Checkpoint["channel_values"]): Checkpoint {
  const { v, ...rest } = header.fields;
  return { v, id, ...rest, channel_values: values };
}

interface ValuesPlace {
  readonly place: CheckpointErrorDetails;
  /** How the values were stored the last time, where that is how they are stored now. */
  readonly again: readonly (RememberedValue | undefined)[];
}

function decodeValues(
  codec: ValueCodec,
  { values: table }: Header,
  reader: TreeReader,
  { place, again }: ValuesPlace,
): Soon<Record<string, unknown>> {
  const decoded = table.map(([channel, stored], i) => {
    const last = codec.rebuilds ? again[i] : undefined;
    const known = last && valueAgain(last);
    return known
      ? known.value
      : reading({ ...place, channel }, () => codec.decode(loadValue(stored, reader)));
  });
  return chain(all(decoded), (found) => {
    const values: Record<string, unknown> = {};
    table.forEach(([channel], i) => setOwn(values, channel, found[i]));
    return values;
  });
}

/** Also sets what plain assignment would not: a key called `__proto__`. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Pending writes in the order in which LangGraph.js applies them live.
 *
 * Source: `writesSortKey` of `@langchain/langgraph-checkpoint` 1.2.
 */
export function decodeWrites(
  codec: ValueCodec,
  writes: readonly WriteRecord[],
  reader: TreeReader,
  place: CheckpointErrorDetails,
): Soon<CheckpointPendingWrite[]> {
  return all(
    sortWrites(writes).map(({ task, channel: name, value, refs }) => {
      const channel = unescapeText(name);
      const decoded = reading({ ...place, taskId: task, channel }, () => {
        const bytes = loadValue(value, reader);
        if (refs.length !== (refOf(value) === undefined ? 0 : 1)) throw strayRefs();
        return codec.decode(bytes);
      });
      return chain(decoded, (found): CheckpointPendingWrite => [task, channel, found]);
    }),
  );
}

function sortWrites(writes: readonly WriteRecord[]): readonly WriteRecord[] {
  if (writes.length < 2) return writes;
  return writes
    .map((write) => ({ write, path: unescapeText(write.path) }))
    .sort(
      (a, b) =>
        compareText(a.path, b.path) || compareText(a.write.task, b.write.task) || a.write.idx - b.write.idx,
    )
    .map(({ write }) => write);
}
