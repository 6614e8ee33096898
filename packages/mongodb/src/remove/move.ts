import type { Begun } from "./begin.ts";
import type { Doc, UpdateManyOp, UpdateOp } from "../driver.ts";
import { checkpointKey, only, recordsOf, successorKey, threadKey, writesOf } from "../keys.ts";
import type { Session } from "../session.ts";
import { findThreads, oldOf, type ThreadDoc } from "../thread.ts";

/** Documents that are being removed carry the generation of their removal. */
const DOOMED = "doomed";

/** Step 3 of a removal; see `remove.ts`. */
export async function doom(session: Session, begun: readonly Begun[]): Promise<void> {
  const ops = begun.flatMap(doomOne);
  if (ops.length === 0) return;
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
}

function doomOne({ request: { checkpoints, relink }, thread }: Begun): UpdateManyOp[] {
  const { thread: name } = thread;
  const old = { g: { $in: oldOf(thread) } };
  const update = { $set: { [DOOMED]: thread.g } };
  const change = (filter: Doc, to: Doc): UpdateManyOp => ({
    updateMany: { filter: { ...filter, ...old }, update: to },
  });
  return [
    ...relink.map(({ namespace, id, parent, parentSeal }) =>
      change(only(checkpointKey(name, namespace, id)), { $set: { parent: parent ?? null, parentSeal } }),
    ),
    ...checkpoints.flatMap(({ namespace, id }) => [
      change(only(checkpointKey(name, namespace, id)), update),
      change(only(successorKey(name, namespace, id)), update),
      change(writesOf(name, namespace, id), update),
    ]),
  ];
}

/** Step 4. */
export async function move(session: Session, threads: readonly ThreadDoc[]): Promise<void> {
  const ops = threads.map((thread): UpdateManyOp => {
    const { g } = thread;
    const staying = { ...recordsOf(thread.thread), g: { $in: oldOf(thread) }, [DOOMED]: { $ne: g } };
    return { updateMany: { filter: staying, update: { $set: { g } } } };
  });
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
}

/** Step 5. Returns the threads that no other removal took over. */
export async function end(session: Session, threads: readonly ThreadDoc[]): Promise<readonly ThreadDoc[]> {
  const ops = threads.map(({ thread, g }): UpdateOp => ({
    updateOne: {
      filter: { ...only(threadKey(thread)), g },
      update: { $set: { valid: [g] } },
      upsert: false,
    },
  }));
  const ended = await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  if (ended.matchedCount === threads.length) return threads;
  const now = await findThreads(
    session,
    threads.map(({ thread }) => thread),
  );
  return threads.filter(({ thread, g }) => now.get(thread)?.g === g);
}
