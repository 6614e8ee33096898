import type { UpdateOp } from "../driver.ts";
import type { Session, Updated } from "../session.ts";
import { MOST_SHARED, Together } from "../together.ts";

/** Statements about one thread. Each of them is an upsert, so that it counts as one if it succeeds. */
export interface SharedUpdate {
  readonly thread: string;
  readonly ops: readonly UpdateOp[];
}

/** Small writes to several threads that come at the same moment, in one command. Each gets the answer for itself. */
export class SharedUpdates extends Together<SharedUpdate, Updated> {
  constructor(session: Session) {
    const alone = async ({ ops }: SharedUpdate): Promise<Updated> => session.update(ops);
    super((updates) => updateAll(session, updates, alone), alone, MOST_SHARED);
  }
}

/**
 * A command ends at the first statement that fails. The writes before it are done, and those after it have not begun,
 * so these are sent again, each alone.
 */
async function updateAll(
  session: Session,
  updates: readonly SharedUpdate[],
  alone: (update: SharedUpdate) => Promise<Updated>,
): Promise<(Updated | Promise<Updated>)[]> {
  const { count, inserted, failed, isSafe } = await session.update(updates.flatMap(({ ops }) => ops));
  const all = updates.reduce((sum, { ops }) => sum + ops.length, 0);
  if (count !== (failed?.index ?? all)) throw new Error("an upsert did not count");
  let start = 0;
  return updates.map((update) => {
    const from = start;
    const end = (start += update.ops.length);
    if (failed && failed.index < from) return alone(update);
    const isMine = (index: number): boolean => index >= from && index < end;
    const failedHere = failed && isMine(failed.index);
    return {
      count: (failedHere ? failed.index : end) - from,
      inserted: inserted.filter(isMine).map((index) => index - from),
      failed: failedHere ? { ...failed, index: failed.index - from } : undefined,
      isSafe,
    };
  });
}
