import { TreeReader } from "../blobs/tree-reader.ts";
import { loadValue, refOf } from "../codec/stored-value.ts";
import { unescapeText } from "../codec/text.ts";
import type { CheckpointConfig, CheckpointPendingWrite, DeltaChannelHistory } from "../contract.ts";
import type { CheckpointErrorDetails } from "../errors.ts";
import { locate, type Location } from "../ids.ts";
import type { Ancestor, BlobId, WholeStorage, WriteRecord } from "../storage/port.ts";
import { checkOutline, checkPlace, checkWrites } from "./check-records.ts";
import { checkedBlobs, decodeWrites, headerOf, setOwn } from "./decode.ts";
import type { Engine } from "./engine.ts";
import { reading } from "./placed.ts";

/** Ancestors per call: most chains end within the first page, and long ones take few calls. */
const PAGES = [64, 512, 4096];

/** What was found for one channel, newest first. */
interface Found {
  readonly steps: (readonly WriteRecord[])[];
  seed: Uint8Array | undefined;
}

/**
 * Writes and seeds of delta channels along the ancestors of a checkpoint. The walk follows parents, never ids, starts
 * above the checkpoint itself, and ends for a channel at the first ancestor that has a value for it, whose own writes
 * still count.
 *
 * Source: `getDeltaChannelHistory` of `@langchain/langgraph-checkpoint` 1.2.
 */
export async function readHistory(
  engine: Engine,
  config: CheckpointConfig,
  channels: readonly string[],
): Promise<Record<string, DeltaChannelHistory>> {
  const location = locate(config);
  const found = new Map<string, Found>();
  for (const channel of channels) found.set(channel, { steps: [], seed: undefined });
  if (location && found.size > 0) {
    await engine.adoption?.settle(location.thread);
    await walk(engine, location, found);
  }

  const refs = [...found.values()].flatMap(refsOf);
  const thread = location?.thread ?? "";
  const blobs =
    refs.length === 0 ? [] : await engine.storage.blobs({ thread, refs: [...new Set(refs)], have: [] });
  const reader = new TreeReader(checkedBlobs(blobs));
  const result: Record<string, DeltaChannelHistory> = {};
  for (const [channel, entry] of found) {
    setOwn(result, channel, await decodeFound(engine, entry, reader, { threadId: thread, channel }));
  }
  return result;
}

async function walk(engine: Engine, location: Location, found: ReadonlyMap<string, Found>): Promise<void> {
  const open = new Map(found);
  for await (const ancestor of ancestorsOf(engine.storage, location)) {
    for (const [channel, entry] of open) {
      const steps = ancestor.writes.filter((write) => unescapeText(write.channel) === channel);
      if (steps.length > 0) entry.steps.push(steps);
    }
    const { values } = await headerOf(location.thread, ancestor.checkpoint);
    for (const [channel, stored] of values) {
      const entry = open.get(channel);
      const place = { threadId: location.thread, channel };
      if (!entry || (await reading(place, () => isUndefined(engine, stored)))) continue;
      entry.seed = stored;
      open.delete(channel);
    }
    if (open.size === 0) return;
  }
}

/** The ancestors of a checkpoint, its parent first; each at most once, even if parents form a circle. */
async function* ancestorsOf(
  storage: WholeStorage,
  { thread, namespace, id }: Location,
): AsyncGenerator<Ancestor> {
  const seen = new Set<string>();
  let next = id;
  for (let call = 0; ; call++) {
    const limit = PAGES[Math.min(call, PAGES.length - 1)]!;
    const page = await storage.ancestors({ thread, namespace, id: next, limit });
    for (const ancestor of page) {
      const { checkpoint, writes } = ancestor;
      const isTarget = seen.size === 0;
      // The newest, where no id is given.
      const expected = isTarget ? (id ?? checkpoint.id) : next;
      checkPlace({ thread, checkpoint }, { thread, namespace, id: expected });
      checkOutline(thread, checkpoint);
      checkWrites(thread, checkpoint, writes);
      if (seen.has(checkpoint.id)) return;
      seen.add(checkpoint.id);
      next = checkpoint.parent;
      if (!isTarget) yield ancestor;
    }
    if (page.length < limit || next === undefined) return;
  }
}

const NOTHING = new TreeReader(() => undefined);

/** A stored `undefined` is no seed, as in LangGraph.js. Only short values can be `undefined`. */
async function isUndefined(engine: Engine, stored: Uint8Array): Promise<boolean> {
  if (refOf(stored) !== undefined) return false;
  return (await engine.codec.decode(loadValue(stored, NOTHING))) === undefined;
}

function refsOf({ steps, seed }: Found): BlobId[] {
  const refs = steps.flat().flatMap((write) => write.refs);
  const seedRef = seed && refOf(seed);
  return seedRef === undefined ? refs : [...refs, seedRef];
}

async function decodeFound(
  engine: Engine,
  { steps, seed }: Found,
  reader: TreeReader,
  place: CheckpointErrorDetails,
): Promise<DeltaChannelHistory> {
  const writes: CheckpointPendingWrite[] = [];
  for (const step of steps.toReversed()) {
    writes.push(...(await decodeWrites(engine.codec, step, reader, place)));
  }
  if (seed === undefined) return { writes };
  const decode = () => engine.codec.decode(loadValue(seed, reader));
  return { writes, seed: await reading(place, decode) };
}
