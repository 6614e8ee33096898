import type { Ancestor, AncestorsRequest, Blob, BlobsRequest } from "@threadmark/core/storage";
import { writesByCheckpoint } from "../remove/unreferenced.ts";
import { OUTLINE, outlineOf, writesIn, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import { checkpointsOf, writesBetween } from "../keys.ts";
import type { Session } from "../session.ts";
import { findValid, readSteadily, type Find } from "./read-steadily.ts";
import type { ThreadDoc } from "../thread.ts";
import { readTrees } from "./read-trees.ts";

/**
 * A checkpoint and its ancestors. Usually these are the checkpoints with the next smaller ids, so a whole page of
 * those is read at once, and the walk from parent to parent goes through it. Where it leads out of the page, another
 * one is read from there.
 */
export async function readAncestors(
  session: Session,
  request: AncestorsRequest,
): Promise<readonly Ancestor[]> {
  const found = await readSteadily(session, request.thread, async (find, thread) => {
    const line = await readLine(find, thread, request);
    const writes = await readWrites(find, thread, request, line);
    return line.map((doc): Ancestor => ({
      checkpoint: outlineOf(doc),
      writes: writesIn(writes.get(doc._id.i) ?? []),
    }));
  });
  return found ?? [];
}

async function readLine(
  find: Find,
  doc: ThreadDoc,
  { thread, namespace, id, limit }: AncestorsRequest,
): Promise<CheckpointDoc[]> {
  const known = new Map<string, CheckpointDoc>();
  const line: CheckpointDoc[] = [];
  let first = id === undefined;
  let next = id;
  while (line.length < limit && (first || next !== undefined)) {
    let one = next === undefined ? undefined : known.get(next);
    if (!one) {
      const from = checkpointsOf(
        thread,
        namespace,
        next === undefined ? next : { id: next, inclusive: true },
      );
      const options = { sort: { _id: -1 }, limit: limit - line.length, projection: OUTLINE };
      const page = (await findValid(find, doc, from, options)) as unknown as CheckpointDoc[];
      for (const checkpoint of page) known.set(checkpoint._id.i, checkpoint);
      one = first ? page[0] : known.get(next!);
    }
    first = false;
    if (!one) break;
    line.push(one);
    next = one.parent ?? undefined;
  }
  return line;
}

/** The writes to all checkpoints of a line, by id. */
async function readWrites(
  find: Find,
  doc: ThreadDoc,
  { thread, namespace }: AncestorsRequest,
  line: readonly CheckpointDoc[],
): Promise<Map<string, readonly WriteDoc[]>> {
  if (line.length === 0) return new Map();
  const ids = new Set(line.map(({ _id }) => _id.i));
  const ranges = writesBetween(thread, namespace, [...ids]);
  const docs = (await findValid(find, doc, ranges)) as unknown as WriteDoc[];
  return new Map(
    writesByCheckpoint(docs.filter(({ _id }) => ids.has(_id.i))).map((own) => [own[0]!._id.i, own]),
  );
}

/** Everything at and below some blobs. */
export async function readBlobs(session: Session, request: BlobsRequest): Promise<readonly Blob[]> {
  const { thread, refs, have } = request;
  const roots = [{ thread, ids: refs }];
  const found = await readSteadily(session, thread, async (find) => {
    const { blobs } = await readTrees(find, { roots, have, threads: [] });
    return blobs;
  });
  return found ?? [];
}
