import { haveList, type RecentValues } from "../blobs/blob-cache.ts";
import type { CutValue } from "../blobs/cut.ts";
import { blobsBelow, type FindBlob } from "../blobs/tree.ts";
import { type KnownValues, TreeReader } from "../blobs/tree-reader.ts";
import { filterTerms } from "../codec/index-token.ts";
import { compareText } from "../codec/text.ts";
import {
  type ChannelVersion,
  type CheckpointConfig,
  type CheckpointListOptions,
  type CheckpointTuple,
  TASKS,
} from "../contract.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { beforeOf, locate, selectionOf, type Location } from "../ids.ts";
import type { BlobId, GetResult } from "../storage/port.ts";
import { checkFilter, checkLimit } from "./check-arguments.ts";
import { checkPlace, checkStored } from "./check-records.ts";
import { checkedBlobs, decodeTuple } from "./decode.ts";
import type { Engine } from "./engine.ts";
import { refsOf } from "../storage/refs.ts";
import { scanAll } from "./scan.ts";

/** The tuple at a place, or `undefined`. */
export async function readTuple(
  engine: Engine,
  config: CheckpointConfig,
): Promise<CheckpointTuple | undefined> {
  const location = locate(config);
  if (!location) return undefined;
  const tuple = await (engine.adoption ? readAdopted(engine, location) : readStored(engine, location));
  return tuple && needsSends(tuple) ? migrateSends(engine, tuple) : tuple;
}

/** Looks here first, so that a thread that is here costs nothing extra. */
async function readAdopted(engine: Engine, location: Location): Promise<CheckpointTuple | undefined> {
  const { adoption } = engine;
  const tuple = await readStored(engine, location);
  if (tuple || !adoption) {
    adoption?.found(location.thread);
    return tuple;
  }
  await adoption.settle(location.thread);
  return readStored(engine, location);
}

async function readStored(
  engine: Engine,
  { thread, namespace, id }: Location,
): Promise<CheckpointTuple | undefined> {
  const known = engine.cache.find(thread);
  const recent = known?.recent.get(namespace);
  const ttl = engine.refreshOnRead ? engine.ttl : undefined;
  const stored = await engine.storage.get({ thread, namespace, id, have: haveList(known), ttl });
  if (!stored) return undefined;
  checkPlace(stored, { thread, namespace, id: id ?? stored.checkpoint.id });
  checkStored(stored);
  const fetched = checkedBlobs(stored.blobs);
  const find: FindBlob = (blob) => fetched(blob) ?? known?.blobs.get(blob);
  const reader = new TreeReader(find, recent?.cut);
  const decoded = decodeTuple(engine.codec, stored, reader, recent?.encoded);
  const tuple = decoded instanceof Promise ? await decoded : decoded;
  const isRecent = known?.epoch === stored.epoch;
  remember(engine, stored, { find, read: reader.values, recent: isRecent ? recent : undefined });
  return tuple;
}

/** What a read leaves for the cache. */
interface Read {
  readonly find: FindBlob;
  readonly read: KnownValues;
  /** What was known about the same values before the read, if that is still true. */
  readonly recent: RecentValues | undefined;
}

/** Remembers what was read: it was complete, or it could not have been decoded. */
function remember(engine: Engine, stored: GetResult, { find, read, recent }: Read): void {
  if (!engine.cache.remembers) return;
  const { thread, epoch } = stored;
  const { namespace } = stored.checkpoint;
  const refs = refsOf(stored);
  // As a rule, what was put last is read next.
  const isSame = recent?.cut.size === refs.length && refs.every((root) => recent.cut.has(root));
  if (isSame && read.size === 0 && stored.blobs.length === 0) return;
  const cut = new Map<BlobId, CutValue>();
  for (const root of refs) {
    const value = recent?.cut.get(root) ?? read.get(root);
    if (value) cut.set(root, value);
  }
  const encoded = recent?.encoded ?? new Map<string, never>();
  const blobs = blobsBelow(
    refs.filter((root) => !recent?.cut.has(root)),
    find,
  );
  engine.cache.learn(thread, epoch, blobs.values(), { namespace, values: { cut, encoded } });
}

const LIST_OPTIONS: OptionNames<CheckpointListOptions> = { limit: true, before: true, filter: true };

/** The tuples that a listing selects, newest first. */
export async function* readList(
  engine: Engine,
  config: CheckpointConfig | null | undefined,
  given?: CheckpointListOptions | null,
): AsyncGenerator<CheckpointTuple> {
  const options = given ?? {};
  checkOptions(options, "list", LIST_OPTIONS);
  const { limit = Number.POSITIVE_INFINITY, before, filter } = options;
  checkLimit(limit);
  checkFilter(filter);
  const query = { ...selectionOf(config), before: beforeOf(before), filter: filterTerms(filter) };
  let left = limit;
  if (left <= 0) return;
  if (query.thread !== undefined) await engine.adoption?.settle(query.thread);
  for await (const { stored, find } of scanAll(engine.storage, query, left)) {
    const tuple = await decodeTuple(engine.codec, stored, new TreeReader(find));
    yield needsSends(tuple) ? await migrateSends(engine, tuple) : tuple;
    if (--left <= 0) return;
  }
}

function needsSends({ checkpoint, parentConfig }: CheckpointTuple): boolean {
  return checkpoint.v < 4 && parentConfig !== undefined;
}

/**
 * Checkpoints before format 4 left the sends of the last step in the writes of their parent.
 *
 * Source: `_migratePendingSends` of LangGraph.js's `MemorySaver`.
 */
async function migrateSends(engine: Engine, tuple: CheckpointTuple): Promise<CheckpointTuple> {
  const { checkpoint, parentConfig } = tuple;
  const parent = await readStored(engine, locate(parentConfig!)!);
  const sends = (parent?.pendingWrites ?? []).filter(([, channel]) => channel === TASKS);
  checkpoint.channel_values[TASKS] = sends.map(([, , value]) => value);
  checkpoint.channel_versions[TASKS] = greatest(Object.values(checkpoint.channel_versions)) ?? 1;
  return tuple;
}

function greatest(versions: readonly ChannelVersion[]): ChannelVersion | undefined {
  return versions.reduce<ChannelVersion | undefined>(
    (best, next) => (best === undefined || isGreater(next, best) ? next : best),
    undefined,
  );
}

function isGreater(a: ChannelVersion, b: ChannelVersion): boolean {
  if (typeof a === "number" && typeof b === "number") return a > b;
  return compareText(String(a), String(b)) > 0;
}
