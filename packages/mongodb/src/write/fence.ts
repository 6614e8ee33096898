import type { PutRequest, WriteOutcome } from "@threadmark/core/storage";
import type { CheckpointDoc } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { DEAD } from "../generation.ts";
import { checkpointKey, checkpointsOf, successorKey, only } from "../keys.ts";
import type { Session } from "../session.ts";
import { upsert } from "./statements.ts";
import type { Target } from "./write.ts";

/** Which checkpoint goes on from a parent. */
interface SuccessorDoc {
  readonly g: string;
  readonly child: string;
}

/**
 * The statements that let only one of several fenced puts on one parent through, before the one that stores
 * the checkpoint. Each parent has one document that names its successor: the first put inserts it, and any
 * other then meets its key.
 *
 * One whose checkpoint never came, because its writer ended in between, must not block the thread. It
 * is taken over: first a dead document is put in place of that checkpoint, which the slow writer then
 * meets, unless its checkpoint is there by now, which is then met by us; then the successor is changed from the
 * one child to the other.
 *
 * A put without fence has none. It comes before or after a fenced one, as two puts do anyway.
 */
export async function fenceOf(
  session: Session,
  request: PutRequest,
  target: Target,
  looked: boolean,
): Promise<readonly UpdateOp[] | WriteOutcome> {
  const { thread, checkpoint } = request;
  const { namespace, id, parent } = checkpoint;
  const key = successorKey(thread, namespace, parent);
  // Only after a refusal: the first put on a parent finds none.
  const [found] = looked ? await session.find(only(key), { limit: 1 }) : [];
  const successor = found as unknown as SuccessorDoc | undefined;
  const rival = successor?.child === id ? undefined : successor;
  const rivalThere = rival && (await generationOf(session, thread, namespace, rival.child));
  const ownThere = looked ? await generationOf(session, thread, namespace, id) : undefined;
  // After the rival was looked for: if it is there, it counts here too.
  const head = await headOf(session, request, target, looked);
  const isHead = head === parent || head === id;
  if (!isHead || ownThere === DEAD) return { outcome: "conflict", head };
  const { hint, accepted } = target;
  const children = rival ? [rival.child, id] : [id];
  const named = upsert(
    { _id: key, g: { $in: accepted }, child: { $in: children } },
    { $set: { child: id }, $setOnInsert: { g: hint.g } },
  );
  if (!rival || rivalThere !== undefined) return [named];
  return [kill(checkpointKey(thread, namespace, rival.child)), named];
}

function kill(key: Doc): UpdateOp {
  return upsert({ _id: key, g: DEAD }, { $setOnInsert: { g: DEAD } });
}

async function generationOf(
  session: Session,
  thread: string,
  namespace: string,
  id: string,
): Promise<string | undefined> {
  const [found] = await session.find(only(checkpointKey(thread, namespace, id)), {
    limit: 1,
    projection: { g: 1 },
  });
  return found?.["g"] as string | undefined;
}

/** The newest checkpoint that is there. */
async function headOf(
  session: Session,
  { thread, checkpoint }: PutRequest,
  { accepted }: Target,
  looked: boolean,
): Promise<string | undefined> {
  const newest = checkpointsOf(thread, checkpoint.namespace);
  const options = { sort: { _id: -1 }, limit: 1, projection: { g: 1 } };
  if (!looked) {
    const [found] = (await session.find(newest, options)) as unknown as CheckpointDoc[];
    if (!found || accepted.includes(found.g)) return found?._id.i;
  }
  const [found] = (await session.find(
    { ...newest, g: { $in: accepted } },
    options,
  )) as unknown as CheckpointDoc[];
  return found?._id.i;
}
