import type { PutRequest, WriteOutcome } from "@threadmark/core/storage";
import type { CheckpointDoc } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { DEAD } from "../generation.ts";
import { checkpointKey, checkpointsOf, successorKey, only } from "../keys.ts";
import type { Session } from "../session.ts";
import { upsert } from "./statements.ts";
import type { Target } from "./write.ts";

/** The checkpoint that follows a parent. */
interface SuccessorDoc {
  readonly g: string;
  readonly child: string;
}

/**
 * The statements that let only one of several fenced puts on the same parent succeed; they come before the one that
 * stores the checkpoint. Each parent has one document that names its successor: the first put inserts it, and any
 * other then collides with its key.
 *
 * A successor whose checkpoint was never stored, because its writer ended in between, must not block the thread. So
 * it is taken over. First a dead document is put in place of that checkpoint: either the slow writer collides with
 * it, or its checkpoint is already stored and we collide with that. Then the successor is changed from the one child
 * to the other.
 *
 * A put without a fence has none of these statements, and is ordered before or after a fenced one like any other put.
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
  // Only after a refusal: the first put on a parent finds no successor.
  const [found] = looked ? await session.find(only(key), { limit: 1 }) : [];
  const successor = found as unknown as SuccessorDoc | undefined;
  const rival = successor?.child === id ? undefined : successor;
  const rivalThere = rival && (await generationOf(session, thread, namespace, rival.child));
  const ownThere = looked ? await generationOf(session, thread, namespace, id) : undefined;
  // Read after looking for the rival: if that exists, it counts here too.
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

/** The newest valid checkpoint. */
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
