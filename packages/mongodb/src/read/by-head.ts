import type { CheckpointDoc, WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { checkpointsFrom, KIND, only, threadKey, writesOf, type Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { ALIVE, checkedThread, type ThreadDoc } from "../thread.ts";
import { MOST_SHARED, Together } from "../together.ts";
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

/** What was found, if it is enough. */
type FromHead = (Hit & { readonly thread: ThreadDoc }) | undefined;

/** The newest checkpoint of each thread, if it is still the one that was the newest before. */
export class HeadReads extends Together<Place, FromHead> {
  constructor(session: Session) {
    super(
      (places) => findFromHeads(session, places),
      async (place) => (await findFromHeads(session, [place]))[0]!,
      MOST_SHARED,
    );
  }
}

/**
 * The newest checkpoints with their writes and threads, by one `find`. The documents are fetched in the order of
 * `_id`, so that each thread's own comes after its others; see `findOne`. Without it, the answer may have been cut
 * off, and is not used.
 */
async function findFromHeads(session: Session, places: readonly Place[]): Promise<Promise<FromHead>[]> {
  const ranges = places.flatMap(({ thread, namespace, id }) => [
    checkpointsFrom(thread, namespace, id),
    writesOf(thread, namespace, id),
    only(threadKey(thread)),
  ]);
  const threads = places.map(({ thread }) => thread);
  const filter = { $or: ranges, "_id.t": threads.length === 1 ? threads[0] : { $in: threads }, ...ALIVE };
  const docs = (await session.readSome(filter, { _id: 1 }, LIMIT * places.length)) as FoundDoc[];
  // Each answer is a promise, so damage to one thread fails only the read of that thread.
  return places.map(async (place) =>
    hitOf(
      place,
      docs.filter(({ _id }) => _id.t === place.thread),
    ),
  );
}

type FoundDoc = Doc & { readonly _id: Key };

function hitOf({ thread, id }: Place, docs: readonly FoundDoc[]): FromHead {
  const ofKind = (kind: number) => docs.filter(({ _id }) => _id.k === kind);
  const [found] = ofKind(KIND.thread);
  const [doc, newer] = ofKind(KIND.checkpoint) as unknown as CheckpointDoc[];
  if (!found || newer || doc?._id.i !== id) return undefined;
  const seen = checkedThread(thread, found);
  const hit = { doc, thread: seen, writes: ofKind(KIND.write) as unknown as WriteDoc[] };
  return isWhole(hit, seen) ? hit : undefined;
}
