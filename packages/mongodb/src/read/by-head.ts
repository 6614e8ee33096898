import type { CheckpointDoc, WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { checkpointsFrom, KIND, only, threadKey, writesOf, type Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { ALIVE, checkedThread, type ThreadDoc } from "../thread.ts";
import { isWhole, type Hit } from "./hit.ts";

/**
 * Limits of one answer. If there are more checkpoints after the head, or more writes to it, `by-aggregate.ts` reads
 * them.
 */
const LIMIT = 50;

/** A checkpoint that was the newest. */
interface Place {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
}

/**
 * The newest checkpoint with its writes and its thread, by one `find`, if it is still the one that was the newest
 * before. The documents are fetched in the order of `_id`, so the thread's own comes last; see `findOne`. Without it,
 * the answer may have been cut off, and is not used.
 */
export async function findFromHead(
  session: Session,
  { thread, namespace, id }: Place,
): Promise<(Hit & { readonly thread: ThreadDoc }) | undefined> {
  const ranges = [checkpointsFrom(thread, namespace, id), writesOf(thread, namespace, id)];
  const filter = { $or: [...ranges, only(threadKey(thread))], "_id.t": thread, ...ALIVE };
  const docs = (await session.readSome(filter, { _id: 1 }, LIMIT)) as (Doc & { readonly _id: Key })[];
  const ofKind = (kind: number) => docs.filter(({ _id }) => _id.k === kind);
  const [found] = ofKind(KIND.thread);
  const [doc, newer] = ofKind(KIND.checkpoint) as unknown as CheckpointDoc[];
  if (!found || newer || doc?._id.i !== id) return undefined;
  const seen = checkedThread(thread, found);
  const hit = { doc, thread: seen, writes: ofKind(KIND.write) as unknown as WriteDoc[] };
  return isWhole(hit, seen) ? hit : undefined;
}
