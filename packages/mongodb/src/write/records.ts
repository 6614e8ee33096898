import type { PutRequest, PutWritesRequest, WriteRecord } from "@threadmark/core/storage";
import { checkpointFields, partOf, storedWrite, TALLY } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { DEAD } from "../generation.ts";
import { fenceOf } from "./fence.ts";
import { checkpointKey, successorKey, writeKey } from "../keys.ts";
import type { Session } from "../session.ts";
import { upsert } from "./statements.ts";
import type { Records, Target } from "./write.ts";

/** The record of a put: one document, so it is stored whole or not at all. */
export function checkpointRecords(session: Session, request: PutRequest): Records {
  const { thread, checkpoint, keepParent, fence } = request;
  const { namespace, id, parent } = checkpoint;
  const key = checkpointKey(thread, namespace, id);
  // Keys and tokens of the index are in the metadata too, which can be escaped in both.
  const bytes = checkpoint.header.length + 5 * checkpoint.metadata.length;
  const isFirst = parent === undefined && !keepParent;
  if (!fence) {
    return { keys: [key], bytes, isFirst, statements: async (target) => [storeCheckpoint(request, target)] };
  }
  return {
    keys: [key, successorKey(thread, namespace, parent)],
    bytes,
    isFirst,
    marks: [DEAD],
    async statements(target, looked) {
      const fenced = await fenceOf(session, request, target, looked);
      return "outcome" in fenced ? fenced : [...fenced, storeCheckpoint(request, target)];
    },
  };
}

function storeCheckpoint(
  { thread, checkpoint, keepParent }: PutRequest,
  { hint, accepted }: Target,
): UpdateOp {
  const { namespace, id, parent, parentSeal, run } = checkpoint;
  const fields = checkpointFields(thread, checkpoint, hint.g);
  const link = { parent: parent ?? null, parentSeal };
  const set = keepParent ? { $set: fields, $setOnInsert: link } : { $set: { ...fields, ...link } };
  const filter = { _id: checkpointKey(thread, namespace, id), g: { $in: accepted } };
  return upsert(filter, run === undefined ? { ...set, $unset: { run: 1 } } : set);
}

/**
 * The records of a putWrites: one document for a task, so that either all of its writes are stored or none. Only a
 * batch of more than a thousand takes several documents, of which the first is written last and makes the others count.
 */
export function writeRecords(request: PutWritesRequest): Records {
  const { thread, namespace, checkpoint, writes } = request;
  const task = writes[0]!.task;
  const parts = partsOf(writes);
  const lastPart = Math.max(...parts.keys());
  const keyOf = (part: number) => writeKey(thread, namespace, checkpoint, task, part);
  const numbers = [...parts.keys()].sort((a, b) => b - a);
  return {
    keys: numbers.map(keyOf),
    bytes: writes.reduce(
      (sum, { value, path, channel }) => sum + value.length + 3 * (path.length + channel.length) + 100,
      0,
    ),
    isFirst: false,
    statements: async ({ hint: { g }, accepted }) =>
      numbers.map((part) =>
        upsert({ _id: keyOf(part), g: { $in: accepted } }, [
          {
            $set: {
              g: { $ifNull: ["$g", g] },
              ...mergeOf(parts.get(part)!),
              ...(part === 0 && counted(lastPart)),
            },
          },
          { $set: { tally: TALLY } },
        ]),
      ),
  };
}

function partsOf(writes: readonly WriteRecord[]): Map<number, WriteRecord[]> {
  const parts = new Map<number, WriteRecord[]>([[0, []]]);
  for (const write of writes) {
    const part = partOf(write.idx);
    parts.set(part, [...(parts.get(part) ?? []), write]);
  }
  return parts;
}

/**
 * Stored writes win over new ones, but not over special ones. Literal, since channels may begin with `$`. A document
 * of an older generation that is still valid keeps it: only the removal that is under way knows whether it stays.
 */
function mergeOf(writes: readonly WriteRecord[]): Doc {
  const fields = (chosen: readonly WriteRecord[]): Doc => ({
    $literal: Object.fromEntries(chosen.map((write) => [String(write.idx), storedWrite(write)])),
  });
  const regular = writes.filter(({ idx }) => idx >= 0);
  const special = writes.filter(({ idx }) => idx < 0);
  return { w: { $mergeObjects: [fields(regular), "$w", fields(special)] } };
}

function counted(lastPart: number): Doc {
  return { last: { $max: ["$last", lastPart] } };
}
