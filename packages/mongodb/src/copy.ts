import {
  CheckpointError,
  compareText,
  damaged,
  shiftSeal,
  type CopyOutcome,
  type CopyRequest,
} from "@threadmark/core/storage";
import { copyThroughClient, moveTo, NEWEST_FIRST } from "./copy-through-client.ts";
import type { Doc } from "./driver.ts";
import { entriesOf, storedEntry } from "./entries.ts";
import { newGeneration } from "./generation.ts";
import { isBadType, isDuplicateKey, isUnsupported } from "./failure.ts";
import { anyOf, blobsOf, contentOf, only, recordsOf, threadKey, wholeOf, type Key } from "./keys.ts";
import { awaitPurge, generationsIn, LONG_WAITS, purge, reserve } from "./remove/purge.ts";
import { settle } from "./remove/remove.ts";
import type { Session } from "./session.ts";
import { twice } from "./twice.ts";
import { findThread, isAlive, isSettled, newThread, oldOf, onlyOf, type ThreadDoc } from "./thread.ts";

const MAX_ATTEMPTS = 20;
/** This many attempts, the first ones, wait for a moment without a write. */
const QUIET_ATTEMPTS = 2;
const LOOKS = 3;

/**
 * Copies a thread inside the database.
 *
 * 1. The target is _reserved_: its document is inserted as one that is gone. Whatever an old thread of that
 *    name may have left is removed.
 * 2. Records are copied, and again if there was a write meanwhile: a copy shows a single moment.
 * 3. Blobs are copied, so every blob that a copied record needs is there. If something was removed from the
 *    source meanwhile, everything is done again.
 * 4. The target is made valid, if it is still the reserved one. Until then nobody sees any of it.
 *
 * If there is no moment without a write, steps 2 and 3 are done in the middle of a removal that removes
 * nothing: its new generation separates what was stored before it began from what was stored after.
 *
 * After a crash the target counts as gone, and `sweep` removes what was copied.
 */
export async function copyThread(session: Session, request: CopyRequest): Promise<CopyOutcome> {
  const { from, to, newEpoch } = request;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const source = await findThread(session, from);
    if (!source || !isAlive(source)) return "missing";
    const present = await findThread(session, to);
    if (present && isAlive(present)) return present.epoch === newEpoch ? "copied" : "exists";
    if (present?.gone) await awaitPurge(session, present, LONG_WAITS);
    else if (present) await purge(session, to, { g: present.g });
    const g = newGeneration(to);
    if (!(await reserveTarget(session, to, g))) continue;
    const copyContent = attempt < QUIET_ATTEMPTS ? copyQuiet : copyBetween;
    const target = { from, to, g, sealShift: request.sealShift };
    const copied = await unlessTaken(() => copyContent(session, source, target));
    if (copied && (await reveal(session, request, copied, g))) return "copied";
    await purge(session, to, { g });
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(from)} lost checkpoints ${MAX_ATTEMPTS} times while it was copied; try again later`,
    { threadId: from },
  );
}

/** `undefined` if somebody else has taken the target meanwhile: what was copied would not be complete. */
async function unlessTaken<T>(copyContent: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await copyContent();
  } catch (error) {
    if (!isDuplicateKey(error) && !(error as Error).message.includes(TAKEN)) throw error;
    return undefined;
  }
}

/** Step 1. Whether the target is ours. */
async function reserveTarget(session: Session, to: string, g: string): Promise<boolean> {
  if (!(await reserve(session, to, g))) return false;
  // The thread's own document is read last, so with ours there, all others are older.
  const seen = (await generationsIn(session, [wholeOf(to)])).get(to) ?? [];
  if (!seen.includes(g)) return false;
  const old = seen.filter((one) => one !== g);
  if (old.length > 0) {
    await session.write((collection) => collection.deleteMany({ ...contentOf(to), ...onlyOf(old) }));
  }
  return true;
}

/** Where a copy comes from and goes to. */
interface Target {
  readonly from: string;
  readonly to: string;
  readonly g: string;
  readonly sealShift: number;
}

/** Steps 2 and 3. The thread as it was copied, if all of it is there. */
async function copyQuiet(
  session: Session,
  source: ThreadDoc,
  target: Target,
): Promise<ThreadDoc | undefined> {
  const { thread: from, g } = source;
  if (!(await copyRecords(session, source, target))) return undefined;
  // A removal that met damage has kept some that may lack what is below them.
  await copyRange(session, { ...blobsOf(from), g: { $ne: g } }, target, [newGeneration(target.to)]);
  // Blobs of this generation are complete (`provenBlob`), and so are their copies.
  await copyRange(session, { ...blobsOf(from), g }, target, [target.g]);
  const after = await findThread(session, from);
  // Nothing was removed in between, so every blob that the records need was copied.
  return after?.g === g && isSettled(source) ? source : undefined;
}

/** Step 2. Whether there was a moment without a write. */
async function copyRecords(session: Session, source: ThreadDoc, target: Target): Promise<boolean> {
  const { thread: from, valid } = source;
  let { writes } = source;
  for (let look = 0; look < LOOKS; look++) {
    await copyRange(session, { ...recordsOf(from), g: { $in: valid } }, target, target.g);
    const after = await findThread(session, from);
    if (after?.g !== source.g) return false;
    if (after.writes === writes) return true;
    ({ writes } = after);
  }
  return false;
}

/**
 * Steps 2 and 3, while writes never stop. What was stored before the removal began has an old generation, except
 * for a checkpoint that has been put again since, which is copied as it is now. A write that does not know of the
 * removal can store something with an old generation after that; then what has no greater id is copied too. Nothing is
 * removed before the blobs are copied. If another removal takes over, all of this is done twice, and something may be
 * lost in between.
 *
 * Some blobs may lack what is below them, so none of them counts as proven for writes to the copy.
 */
async function copyBetween(
  session: Session,
  { thread: from, valid }: ThreadDoc,
  target: Target,
): Promise<ThreadDoc | undefined> {
  const before = await keysOf(session, { ...recordsOf(from), g: { $in: valid } });
  const unproven = [newGeneration(target.to)];
  const times: ThreadDoc[] = [];
  await settle(session, from, async (thread) => {
    times.push(thread);
    await copyRange(session, { ...recordsOf(from), g: { $in: oldOf(thread) } }, target, target.g);
    const copied = await keysOf(session, recordsOf(target.to));
    const late = [...copied].filter(([place]) => !before.has(place)).map(([, key]) => idOf(key));
    const last = late.sort(compareText).at(-1) ?? "";
    const now = await keysOf(session, { ...recordsOf(from), g: { $in: thread.valid } });
    const replaced = [...now]
      .filter(([place]) => !copied.has(place))
      .filter(([place, key]) => before.has(place) || compareText(idOf(key), last) <= 0)
      .map(([, key]) => key);
    for (let start = 0; start < replaced.length; start += BATCH) {
      const keys = replaced.slice(start, start + BATCH);
      await copyRange(session, { ...anyOf(keys), g: { $in: thread.valid } }, target, target.g);
    }
    await copyRange(session, blobsOf(from), target, unproven);
  });
  return times.length === 1 ? times[0] : undefined;
}

const BATCH = 10_000;

/** Keys of documents, by where these are within their thread. */
async function keysOf(session: Session, filter: Doc): Promise<ReadonlyMap<string, Key>> {
  const docs = await session.find(filter, { projection: { _id: 1 } });
  return new Map(docs.map(({ _id }) => [JSON.stringify(moveTo(_id, "")), _id as Key]));
}

/** The checkpoint that a record is of, or that its fence is behind. */
function idOf({ i, p }: Key): string {
  const id: unknown = i ?? p;
  return typeof id === "string" ? id : "";
}

/**
 * Copies documents. If somebody else has put something into the target meanwhile, it fails; see `unlessTaken`.
 *
 * @param g The generation of the copies; for blobs, a list of them.
 */
async function copyRange(
  session: Session,
  filter: Doc,
  target: Target,
  g: string | readonly string[],
): Promise<void> {
  const { from } = target;
  const stages = copyStages(session.collectionName, filter, target, g);
  try {
    await session.write((collection) => collection.aggregate(stages).toArray());
  } catch (error) {
    if ((error as Error).message.includes(TAKEN)) throw error;
    if (isBadType(error) && !isUnsupported(error)) throw damaged(from, "a document", error);
    if (!isUnsupported(error)) throw error;
    await copyThroughClient(session, filter, target, g);
  }
}

function copyStages(
  into: string,
  filter: Doc,
  { to, sealShift }: Target,
  g: string | readonly string[],
): Doc[] {
  const ifThere = (field: string, value: Doc | string): Doc => ({
    $cond: [{ $eq: [{ $type: `$${field}` }, "missing"] }, "$$REMOVE", value],
  });
  const target = { $literal: to };
  const moved = { $mergeObjects: ["$$this", { t: target }] };
  const sealed = (seal: string): Doc => ({ $mod: [{ $add: [seal, sealShift] }, SEALS] });
  const written = { k: "$$this.k", v: { $mergeObjects: ["$$this.v", { s: sealed("$$this.v.s") }] } };
  const writes = { $map: { input: { $objectToArray: "$w" }, as: "this", in: written } };
  return [
    { $match: filter },
    { $sort: NEWEST_FIRST },
    {
      $set: {
        "_id.t": target,
        g,
        seal: ifThere("seal", sealed("$seal")),
        parentSeal: ifThere("parentSeal", sealed("$parentSeal")),
        w: ifThere("w", { $arrayToObject: writes }),
        scan: ifThere("scan", { $mergeObjects: ["$scan", { t: target }] }),
        run: ifThere("run", { $mergeObjects: ["$run", { t: target }] }),
        children: ifThere("children", { $map: { input: "$children", as: "this", in: moved } }),
      },
    },
    { $merge: { into, on: "_id", whenMatched: replaceOwn(g), whenNotMatched: "insert" } },
  ];
}

/** Part of the error of a server that finds somebody else's document in the way. */
const TAKEN = "$divide by zero";

/** Replaces what an earlier look of this copy has put there. Anything else ends the copy, by an error of arithmetic. */
function replaceOwn(g: string | readonly string[]): Doc[] {
  const end = { $divide: [1, { $strLenBytes: { $substrBytes: [{ $type: "$_id" }, 0, 0] } }] };
  return [{ $replaceRoot: { newRoot: { $cond: [{ $eq: ["$g", g] }, "$$new", { end }] } } }];
}

/** How many seals there are. */
const SEALS = 2 ** 32;

/** Step 4. Whether the target was still ours. */
async function reveal(
  session: Session,
  { to, newEpoch, sealShift }: CopyRequest,
  source: ThreadDoc,
  g: string,
): Promise<boolean> {
  const { expires, own } = source;
  const entries = entriesOf(source).map((entry) =>
    storedEntry({ ...entry, seal: shiftSeal(entry.seal, sealShift) }),
  );
  const fields = {
    ...newThread(to, newEpoch, g),
    ...twice({ expires: expires ?? "$$REMOVE", ...(typeof own === "number" && { own }) }),
    gone: "$$REMOVE",
    ...(entries.length > 0 && { entries: { $literal: entries }, entryCount: entries.length }),
  };
  const result = await session.write((collection) =>
    collection.updateOne({ ...only(threadKey(to)), g }, [{ $set: fields }]),
  );
  return result.matchedCount > 0;
}
