import {
  comparePositions,
  passesFilter,
  type CheckpointRecord,
  type ScanPosition,
  type ScanRequest,
} from "../storage.ts";
import { countUpTo, type NamespaceData, type ThreadData } from "./thread-data.ts";

/** A checkpoint that a scan found. */
export interface Hit extends ScanPosition {
  readonly data: ThreadData;
  readonly record: CheckpointRecord;
}

/** The first `limit` checkpoints of a scan: at most that many from every namespace, merged. */
export function findHits(threads: Iterable<ThreadData>, request: ScanRequest, limit: number): Hit[] {
  const hits: Hit[] = [];
  for (const data of threads) {
    for (const [name, namespace] of data.namespaces) {
      if (request.namespace !== undefined && request.namespace !== name) continue;
      const before = hits.length;
      for (const record of candidates(data.thread, name, namespace, request)) {
        hits.push({ data, record, thread: data.thread, namespace: name, id: record.id });
        if (hits.length - before === limit) break;
      }
    }
  }
  return hits.sort(comparePositions).slice(0, limit);
}

function* candidates(
  thread: string,
  name: string,
  namespace: NamespaceData,
  request: ScanRequest,
): Generator<CheckpointRecord> {
  const { id, before, after, filter } = request;
  if (id !== undefined) {
    const only = namespace.checkpoints.get(id);
    if (!only || (before !== undefined && comparePositions(at(only.id), at(before)) <= 0)) return;
    if (after && comparePositions({ thread, namespace: name, id }, after) <= 0) return;
    if (passesFilter(only.index, filter)) yield only;
    return;
  }
  let end = namespace.order.length;
  if (before !== undefined) end = Math.min(end, countUpTo(namespace.order, before));
  if (after) {
    const here = comparePositions({ thread, namespace: name, id: after.id }, after);
    const upTo = countUpTo(namespace.order, after.id);
    const sameId = namespace.order[upTo] === after.id && here > 0 ? 1 : 0;
    end = Math.min(end, upTo + sameId);
  }
  for (let i = end - 1; i >= 0; i--) {
    const record = namespace.checkpoints.get(namespace.order[i]!)!;
    if (passesFilter(record.index, filter)) yield record;
  }
}

function at(id: string): ScanPosition {
  return { thread: "", namespace: "", id };
}
