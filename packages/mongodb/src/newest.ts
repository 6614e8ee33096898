import { createHash } from "node:crypto";
import { compareText, damaged, type CheckpointKey } from "@threadmark/core/storage";
import type { CheckpointDoc } from "./documents.ts";
import type { Doc } from "./driver.ts";
import { checkpointKey, checkpointsOf, KIND, type Key } from "./keys.ts";
import { findValid } from "./read/read-steadily.ts";
import type { Session } from "./session.ts";
import { findThread, isAlive, isSame, isValid, type ThreadDoc } from "./thread.ts";

/*
 * A checkpoint with a damaged key looks as if it had been deleted. So the thread's document names the newest checkpoint
 * of its namespaces. It is a lower bound: there is that checkpoint or a newer one. A write sets it after it has stored
 * the checkpoint, a removal takes it away before it removes anything, and sets it to what has stayed when it ends.
 */

/** Namespaces that a thread's document names. Every call of a subgraph has its own, and is soon no longer read. */
const MANY = 16;

const ROOT = fieldOf("");

/** A name of a field for a namespace. */
function fieldOf(namespace: string): string {
  return createHash("sha256").update(namespace).digest("hex").slice(0, 32);
}

/** What a thread's document names of these checkpoints. */
export function newestAmong(checkpoints: Iterable<CheckpointKey>): Record<string, string> {
  const newest = byNamespace(checkpoints);
  const root = newest[ROOT];
  if (Object.keys(newest).length <= MANY) return newest;
  return root === undefined ? {} : { [ROOT]: root };
}

/** The newest of some checkpoints, by the fields of their namespaces. */
function byNamespace(checkpoints: Iterable<CheckpointKey>): Record<string, string> {
  const newest: Record<string, string> = {};
  for (const { namespace, id } of checkpoints) {
    const field = fieldOf(namespace);
    if (compareText(newest[field] ?? "", id) <= 0) newest[field] = id;
  }
  return newest;
}

/** The new value of `newest` after a write with these keys. */
export function withNewest(keys: readonly Key[]): Doc {
  const checkpoints = keys.filter(({ k }) => k === KIND.checkpoint) as unknown as CheckpointDoc["_id"][];
  if (checkpoints.length === 0) return {};
  const ids = byNamespace(checkpoints.map(({ n, i }) => ({ namespace: n, id: i })));
  const own = Object.entries(ids).map(([field, id]) => [
    field,
    { $max: [`$newest.${field}`, { $literal: id }] },
  ]);
  return {
    newest: {
      $mergeObjects: [own.every(([field]) => field === ROOT) ? "$newest" : FEW, Object.fromEntries(own)],
    },
  };
}

/** If there are too many, only that of the root. */
const FEW: Doc = {
  $cond: [
    { $lt: [{ $size: { $objectToArray: { $ifNull: ["$newest", {}] } } }, MANY] },
    "$newest",
    { [ROOT]: `$newest.${ROOT}` },
  ],
};

/** A namespace, and the newest checkpoint that was found there. */
interface Found {
  readonly namespace: string;
  readonly id: string | undefined;
}

/**
 * Checks that what was found is the newest checkpoint. What was read with several commands, or in another order, can
 * look wrong, and is looked at again.
 *
 * @param seen The thread as it was read.
 * @throws CheckpointError `CORRUPT`
 */
export async function checkNewest(session: Session, seen: ThreadDoc, found: Found): Promise<void> {
  const { thread } = seen;
  const { namespace } = found;
  for (let id = found.id, known = seen; isMissing(known, namespace, id);) {
    const before = await findThread(session, thread);
    if (!before || !isAlive(before)) return;
    const find = (filter: Doc, options: object = {}): Promise<Doc[]> => session.find(filter, options);
    const options = { sort: { _id: -1 }, limit: 1, projection: { g: 1 } };
    const [newest] = await findValid(find, before, checkpointsOf(thread, namespace), options);
    id = (newest as unknown as CheckpointDoc | undefined)?._id.i;
    const after = await findThread(session, thread);
    if (!isSame(before, after)) continue;
    // Another server may have answered, which did not have the last writes.
    known = after!;
    if (isMissing(before, namespace, id) && isMissing(known, namespace, id))
      throw damaged(thread, "a checkpoint");
  }
}

function isMissing({ newest }: ThreadDoc, namespace: string, id: string | undefined): boolean {
  const named = newest?.[fieldOf(namespace)];
  return named !== undefined && compareText(id ?? "", named) < 0;
}

/**
 * Checks that a checkpoint that was not found does not exist under another key: each has a copy of its key.
 *
 * @throws CheckpointError `CORRUPT`
 */
export async function checkAbsent(
  session: Session,
  { thread, valid }: ThreadDoc,
  { namespace, id }: CheckpointKey,
): Promise<void> {
  const copies = { "scan.t": thread, "scan.i": id, "scan.n": namespace };
  const found = await session.find(
    { ...copies, _id: { $ne: checkpointKey(thread, namespace, id) } },
    { projection: { g: 1 } },
  );
  for (const doc of found) if (isValid(thread, valid, doc)) throw damaged(thread, "a checkpoint");
}
