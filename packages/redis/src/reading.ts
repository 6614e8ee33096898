import {
  CheckpointError,
  type Ancestor,
  type AncestorsRequest,
  type GetRequest,
  type GetResult,
  type OutlinePage,
  type OutlineRequest,
  type ScanPage,
  type ScanRequest,
} from "@threadmark/core/storage";
import { idBytes } from "./bytes.ts";
import { bucketOf } from "./keys.ts";
import { namespacePrefix, suffixOf } from "./place.ts";
import { conditionsOf, decodeOutline } from "./record.ts";
import { blobsOf, bytesOf, decoding, groupsOf, listOf, storedOf, textOf, writesOf } from "./replies.ts";
import { outlineUpper, scanRange } from "./scan-range.ts";
import { ANCESTORS, GET, GET_RENEWING, OUTLINE, SCAN } from "./scripts/read.ts";
import type { ThreadScripts } from "./thread-scripts.ts";

/** The most checkpoints that one script reads: while it runs, the server does nothing else. */
const PAGE = 250;

/** One checkpoint with its writes and blobs. */
export async function readCheckpoint(
  scripts: ThreadScripts,
  { thread, namespace, id, have, ttl }: GetRequest,
): Promise<GetResult | undefined> {
  const args = [id ?? "", namespacePrefix(namespace), suffixOf(namespace), idBytes(have)];
  const keys = scripts.keys.thread(thread);
  const found =
    ttl === undefined
      ? await scripts.ask(GET, thread, args)
      : await scripts.run(
          GET_RENEWING,
          thread,
          [...keys, scripts.keys.expiry(bucketOf(thread))],
          [...args, thread, String(ttl)],
        );
  if (found.outcome === "missing") return undefined;
  const [epoch, ...stored] = found.rest;
  return decoding(thread, () => ({
    ...storedOf(thread, stored),
    epoch: textOf(epoch!),
    blobs: blobsOf(stored[3]),
  }));
}

/** A page of checkpoints that pass a filter. */
export async function scanCheckpoints(scripts: ThreadScripts, request: ScanRequest): Promise<ScanPage> {
  const { thread, filter, limit, have } = request;
  if (thread === undefined) throw notWithoutThread();
  const { upper, lower, skip, suffix } = scanRange(thread, request);
  const args = [
    lower,
    String(skip),
    suffix,
    String(Math.min(limit, PAGE)),
    idBytes(have),
    ...conditionsOf(filter),
  ];
  for (let from = upper; ;) {
    const { outcome, rest } = await scripts.ask(SCAN, thread, [from, ...args]);
    if (outcome === "missing") return { checkpoints: [], blobs: [], more: false };
    const [behind, hits, blobs] = rest;
    from = bytesOf(behind);
    const more = from.length > 0;
    const checkpoints = decoding(thread, () => groupsOf(listOf(hits), 3).map((hit) => storedOf(thread, hit)));
    if (checkpoints.length > 0 || !more) return { checkpoints, blobs: blobsOf(blobs), more };
  }
}

/** A checkpoint and its ancestors. */
export async function readAncestors(
  scripts: ThreadScripts,
  request: AncestorsRequest,
): Promise<readonly Ancestor[]> {
  const { thread, namespace } = request;
  const found: Ancestor[] = [];
  for (let id = request.id; ;) {
    const limit = Math.min(request.limit - found.length, PAGE);
    const args = [id ?? "", namespacePrefix(namespace), suffixOf(namespace), String(limit)];
    const { rest } = await scripts.ask(ANCESTORS, thread, args);
    const page = decoding(thread, () =>
      groupsOf(rest, 3).map(([place, outline, writes]) => ({
        checkpoint: decodeOutline(bytesOf(place), bytesOf(outline)),
        writes: writesOf(listOf(writes)),
      })),
    );
    found.push(...page);
    id = page.at(-1)?.checkpoint.parent;
    if (page.length < limit || id === undefined || found.length === request.limit) return found;
  }
}

/** A page of checkpoints without metadata and values. */
export async function readOutline(scripts: ThreadScripts, request: OutlineRequest): Promise<OutlinePage> {
  const { thread, limit } = request;
  const { outcome, rest } = await scripts.ask(OUTLINE, thread, [
    outlineUpper(request),
    String(Math.min(limit, PAGE)),
  ]);
  if (outcome === "missing") return { checkpoints: [], more: false };
  const [more, ...list] = rest;
  const checkpoints = decoding(thread, () =>
    groupsOf(list, 2).map(([place, outline]) => decodeOutline(bytesOf(place), bytesOf(outline))),
  );
  return { checkpoints, more: textOf(more!) === "1" };
}

function notWithoutThread(): CheckpointError {
  return new CheckpointError("NOT_SUPPORTED", "Redis cannot scan without a thread; list the threads first");
}
