import { compareText, comparePositions, type ScanPosition, type ScanRequest } from "@threadmark/core/storage";
import { filterOf } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { checkpointKey, checkpointsOf, only, type Below } from "../keys.ts";

/** Checkpoints, valid or not, in the order of an index. */
export interface Selection {
  readonly filter: Doc;
  readonly sort: Doc;
  /** Where all of them are in one thread. */
  readonly thread: string | undefined;
}

type Conditions = Pick<ScanRequest, "thread" | "namespace" | "id" | "before" | "filter">;

/** The checkpoints of a scan after a place; `undefined` when there can be none. */
export function selectCheckpoints(
  request: Conditions,
  after: ScanPosition | undefined,
): Selection | undefined {
  const { thread, namespace, filter } = request;
  const found =
    thread !== undefined && namespace !== undefined
      ? inNamespace(request, { thread, namespace }, after)
      : byIndex(request, after);
  if (!found) return undefined;
  return filter.length === 0 ? found : { ...found, filter: { ...found.filter, $and: filterOf(filter) } };
}

/** By `_id`, which orders the checkpoints of a namespace. */
function inNamespace(
  { id, before }: Conditions,
  place: { readonly thread: string; readonly namespace: string },
  after: ScanPosition | undefined,
): Selection | undefined {
  const { thread, namespace } = place;
  const sort = { _id: -1 };
  const limits: Below[] = [];
  if (before !== undefined) limits.push({ id: before, inclusive: false });
  if (after)
    limits.push({ id: after.id, inclusive: comparePositions({ ...place, id: after.id }, after) > 0 });
  if (id !== undefined) {
    const filter = only(checkpointKey(thread, namespace, id));
    return limits.every((limit) => isBelow(id, limit)) ? { filter, sort, thread } : undefined;
  }
  const [lowest] = limits.sort(
    (a, b) => compareText(a.id, b.id) || Number(a.inclusive) - Number(b.inclusive),
  );
  return { filter: checkpointsOf(thread, namespace, lowest), sort, thread };
}

function isBelow(id: string, limit: Below): boolean {
  const order = compareText(id, limit.id);
  return order < 0 || (order === 0 && limit.inclusive);
}

/** By the indexes `scan_thread` and `scan_all`. The condition on `scan.i` makes it possible to use a sparse index. */
function byIndex({ thread, namespace, id, before }: Conditions, after: ScanPosition | undefined): Selection {
  const ids = {
    ...(id === undefined ? { $gte: "" } : { $eq: id }),
    ...(before !== undefined && { $lt: before }),
    ...(after && { $lte: after.id }),
  };
  const filter = {
    ...(thread !== undefined && { "scan.t": thread, "_id.t": thread }),
    "scan.i": ids,
    ...(namespace !== undefined && { "scan.n": namespace }),
    ...(after && { $nor: [upTo(after)] }),
  };
  const sort =
    thread === undefined ? { "scan.i": -1, "scan.t": 1, "scan.n": 1 } : { "scan.i": -1, "scan.n": 1 };
  return { filter, sort, thread };
}

/** Those with the same id that come before a place, or are at it. */
function upTo({ thread, namespace, id }: ScanPosition): Doc {
  return {
    "scan.i": id,
    $or: [{ "scan.t": { $lt: thread } }, { "scan.t": thread, "scan.n": { $lte: namespace } }],
  };
}
