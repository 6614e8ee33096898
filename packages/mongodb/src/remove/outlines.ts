import type { CheckpointKey, RemoveRequest } from "@threadmark/core/storage";
import type { CheckpointDoc } from "../documents.ts";
import { allCheckpointsOf, either } from "../keys.ts";
import type { Session } from "../session.ts";
import { isValid, type ThreadDoc } from "../thread.ts";

export type Linked = CheckpointKey & { readonly parent: string | undefined };

/** The checkpoints of each of these threads. */
export async function readOutlines(
  session: Session,
  threads: readonly ThreadDoc[],
): Promise<ReadonlyMap<string, readonly Linked[]>> {
  const outlines = new Map(threads.map(({ thread }) => [thread, [] as Linked[]]));
  if (threads.length === 0) return outlines;
  const valid = new Map(threads.map((one) => [one.thread, one.valid]));
  const all = either(threads.map(({ thread }) => allCheckpointsOf(thread)));
  const docs = await session.find(all, { projection: { parent: 1, g: 1 } });
  for (const doc of docs) {
    const { _id, parent } = doc as unknown as CheckpointDoc;
    if (!isValid(_id.t, valid.get(_id.t)!, doc)) continue;
    outlines.get(_id.t)!.push({ namespace: _id.n, id: _id.i, parent: parent ?? undefined });
  }
  return outlines;
}

/** Whether a removal leaves a checkpoint of a thread. */
export function staysAny(outline: readonly Linked[], { checkpoints }: RemoveRequest): boolean {
  const going = new Set(checkpoints.map(textOf));
  return outline.some((checkpoint) => !going.has(textOf(checkpoint)));
}

function textOf({ namespace, id }: CheckpointKey): string {
  return JSON.stringify([namespace, id]);
}
