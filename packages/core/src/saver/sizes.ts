import type { BlobId, CheckpointOutline, ThreadStats } from "../storage/port.ts";
import { refOf, sizeOf } from "../codec/stored-value.ts";
import { threadIdOf, type ThreadId } from "../ids.ts";
import { wrongArgument } from "../options.ts";
import { headerOf } from "./decode.ts";
import { engineOf, type Engine } from "./engine.ts";
import { outlineOf } from "./outline.ts";

/** How much one checkpoint holds. */
export interface CheckpointSize {
  readonly namespace: string;
  readonly checkpointId: string;
  /** Bytes of its values, encoded. */
  readonly bytes: number;
  /** Those of them that no older checkpoint in the listing has: what storing it added. */
  readonly added: number;
}

/** Options of {@link checkpointSizes}. */
export interface CheckpointSizesOptions {
  /** The namespace of a subgraph. @default "" */
  readonly namespace?: string | undefined;
  /** The maximum number of checkpoints, the newest ones. The oldest of them counts as new. @default 100 */
  readonly limit?: number | undefined;
}

/**
 * How much is stored of a thread, without reading its values; `undefined` if it does not exist.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when it is not a saver of this package.
 * @example
 * const size = await threadStats(saver, "1"); // { checkpoints: 12, bytes: 48213 }
 */
export async function threadStats(saver: object, threadId: ThreadId): Promise<ThreadStats | undefined> {
  return checkedEngine(saver).storage.stats(threadIdOf(threadId));
}

/**
 * How much each of the newest checkpoints holds and has added, oldest first. Of each, only what the older ones do not
 * have is read.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when it is not a saver of this package.
 * @example
 * for await (const { checkpointId, bytes, added } of checkpointSizes(saver, "1")) console.log(checkpointId, bytes, added);
 */
export async function* checkpointSizes(
  saver: object,
  threadId: ThreadId,
  { namespace = "", limit = 100 }: CheckpointSizesOptions = {},
): AsyncGenerator<CheckpointSize> {
  const engine = checkedEngine(saver);
  const thread = threadIdOf(threadId);
  const newest: CheckpointOutline[] = [];
  for await (const outline of outlineOf(engine.storage, thread)) {
    if (outline.namespace === namespace && newest.push(outline) >= limit) break;
  }
  const seen = new Set<BlobId>();
  for (const outline of newest.reverse()) yield await sizeOfCheckpoint(engine, thread, outline, seen);
}

async function sizeOfCheckpoint(
  { storage }: Engine,
  thread: string,
  outline: CheckpointOutline,
  seen: Set<BlobId>,
): Promise<CheckpointSize> {
  const { values } = await headerOf(thread, outline);
  const stored = values.map(([, value]) => value);
  const refs = [...new Set(stored.flatMap((value) => refOf(value) ?? []))].filter((ref) => !seen.has(ref));
  const inline = stored.filter((value) => refOf(value) === undefined);
  let added = inline.reduce((sum, value) => sum + sizeOf(value), 0);
  const found = refs.length === 0 ? [] : await storage.blobs({ thread, refs, have: [...seen] });
  for (const { id, kind, bytes } of found) {
    // A storage may return what the caller already has.
    if (seen.has(id)) continue;
    seen.add(id);
    if (kind === "leaf") added += bytes.length;
  }
  const bytes = stored.reduce((sum, value) => sum + sizeOf(value), 0);
  return { namespace: outline.namespace, checkpointId: outline.id, bytes, added: Math.min(added, bytes) };
}

function checkedEngine(saver: object): Engine {
  const engine = engineOf(saver);
  if (engine) return engine;
  throw wrongArgument("saver", "must be one of Threadmark's own: sizes of others are not known");
}
