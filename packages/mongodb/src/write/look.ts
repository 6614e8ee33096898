import type { WriteOutcome, WriteRequest } from "@threadmark/core/storage";
import type { Doc } from "../driver.ts";
import { checkGeneration } from "../generation.ts";
import { anyOf, blobKey, KIND, threadKey, type Key } from "../keys.ts";
import { awaitPurge, purge } from "../remove/purge.ts";
import { completeStuck } from "../remove/remove.ts";
import type { Session } from "../session.ts";
import { checkedThread, isAlive, onlyOf, SEEN, type SeenThread, type ThreadDoc } from "../thread.ts";
import { hintOf, hintOfNew } from "./thread-hints.ts";
import type { Context, Records, Target } from "./write.ts";

/** How to write, or why nothing may be written. */
type Seen = Target | WriteOutcome;

/** Reads the thread, and clears away what would stop the next attempt. */
export async function look(
  context: Context,
  request: WriteRequest,
  records: Records,
  written: string | undefined,
): Promise<Seen> {
  const { session } = context;
  const { thread, epoch, claim, relies } = request;
  // The thread is read last: a document that was read before and is not of its generations never will be.
  const proofs = relies.map((id) => blobKey(thread, id));
  const keys = [...records.keys, ...proofs, threadKey(thread)];
  const docs = (await session.find(anyOf(keys), { projection: SEEN, sort: { _id: 1 } })) as (Doc & {
    readonly _id: Key;
  })[];
  const ofKinds = (kinds: readonly number[]) => docs.filter(({ _id }) => kinds.includes(_id.k));
  const [doc] = ofKinds([KIND.thread]);
  const found = doc && (checkedThread(thread, doc) as SeenThread);
  await discard(session, request, records, written, found);
  const alive = found && isAlive(found) ? found : undefined;
  if (found?.gone) {
    // Either what this write has left in place of a thread that does not exist, or a deletion.
    if (found.g === written) await purge(session, thread, { g: written });
    else await awaitPurge(session, found);
    return look(context, request, records, undefined);
  }
  if (found && !alive) return { outcome: "expired" };
  if (claim !== undefined && alive?.claim?.id !== claim) return { outcome: "fenced" };
  if (epoch !== undefined && alive?.epoch !== epoch) return { outcome: "stale" };
  if (alive && (await completeStuck(session, alive))) return look(context, request, records, undefined);
  const proven = ofKinds([KIND.leaf, KIND.node]).filter(({ g }) => [g].flat().includes(alive?.g));
  if (proven.length < new Set(relies).size) return { outcome: "stale" };
  const others = ofKinds([KIND.checkpoint, KIND.write, KIND.successor]);
  await clearGarbage(session, request, records, others, alive?.valid ?? []);
  if (alive) return { hint: hintOf(alive), accepted: alive.valid };
  const hint = hintOfNew(thread, request.newEpoch);
  return { hint, accepted: [hint.g] };
}

/**
 * Removes what an attempt has written under a generation that is no longer valid. If it is still valid, a removal is
 * under way that may move these documents to the next generation, and they may be older than the attempt.
 */
async function discard(
  session: Session,
  { thread, blobs }: WriteRequest,
  { keys }: Records,
  written: string | undefined,
  found: ThreadDoc | undefined,
): Promise<void> {
  if (written === undefined || found?.valid.includes(written)) return;
  const all = [...keys, ...blobs.map(({ id }) => blobKey(thread, id))];
  await session.write((collection) => collection.deleteMany({ ...anyOf(all), ...onlyOf([written]) }));
}

/**
 * Removes documents that are in the way and belong to no valid generation. They are identified by the generation that
 * was seen, which never becomes valid again, so what another process puts there in the meantime stays.
 */
async function clearGarbage(
  session: Session,
  { thread }: WriteRequest,
  { keys, marks = [] }: Records,
  docs: readonly Doc[],
  valid: readonly string[],
): Promise<void> {
  const generations = docs.map((doc) => doc["g"] as string);
  const garbage = generations.filter((g) => !valid.includes(g) && !marks.includes(g));
  if (garbage.length === 0) return;
  for (const g of garbage) checkGeneration(thread, g, "a record");
  await session.write((collection) => collection.deleteMany({ ...anyOf(keys), g: { $in: garbage } }));
}
