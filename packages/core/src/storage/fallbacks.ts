import { ID_BYTES } from "../blobs/hash.ts";
import { compareText } from "../codec/text.ts";
import type {
  Ancestor,
  AncestorsRequest,
  CheckpointOutline,
  CheckpointStorage,
  OutlinePage,
  OutlineRequest,
  RunsPage,
  RunsRequest,
  ScanPage,
  ScanPosition,
  StoredCheckpoint,
  ThreadPosition,
  ThreadStats,
  WholeStorage,
} from "./port.ts";

/** Checkpoints and threads per call. A page of checkpoints comes with their blobs, so it is kept small. */
const PAGE = 100;

/**
 * The storage with all methods of the port: those that it leaves out are made from the others. They cost more, but
 * their answers are the same.
 *
 * @example
 * const { checkpoints } = await withFallbacks(new MyStorage()).outline({ thread: "1", after: undefined, limit: 100 });
 */
export function withFallbacks(storage: CheckpointStorage): WholeStorage {
  if (isWhole(storage)) return storage;
  return {
    port: storage.port,
    capabilities: storage.capabilities,
    setup: async () => storage.setup?.(),
    close: async () => storage.close?.(),
    put: (request) => storage.put(request),
    putWrites: (request) => storage.putWrites(request),
    get: (request) => storage.get(request),
    scan: (request) => storage.scan(request),
    blobs: (request) => storage.blobs(request),
    remove: (request) => storage.remove(request),
    deleteThreads: (threads) => storage.deleteThreads(threads),
    copyThread: (request) => storage.copyThread(request),
    threads: (request) => storage.threads(request),
    updateThread: (request) => storage.updateThread(request),
    claim: (request) => storage.claim(request),
    release: (request) => storage.release(request),
    expire: (request) => storage.expire(request),
    sweep: (request) => storage.sweep(request),
    ancestors: async (request) => storage.ancestors?.(request) ?? ancestorsByGet(storage, request),
    outline: async (request) => storage.outline?.(request) ?? outlineByScan(storage, request),
    runs: async (request) => storage.runs?.(request) ?? runsByOutline(storage, request),
    stats: async (thread) => (storage.stats ? storage.stats(thread) : statsByScan(storage, thread)),
  };
}

function isWhole(storage: CheckpointStorage): storage is WholeStorage {
  const { setup, close, ancestors, outline, runs, stats } = storage;
  return [setup, close, ancestors, outline, runs, stats].every((method) => method !== undefined);
}

async function ancestorsByGet(storage: CheckpointStorage, request: AncestorsRequest): Promise<Ancestor[]> {
  const { thread, namespace, limit } = request;
  const found: Ancestor[] = [];
  let { id } = request;
  let have: readonly string[] = [];
  while (found.length < limit) {
    const stored = await storage.get({ thread, namespace, id, have, ttl: undefined });
    if (!stored) break;
    const { checkpoint, writes } = stored;
    found.push({ checkpoint, writes });
    if (checkpoint.parent === undefined) break;
    id = checkpoint.parent;
    // What came with this checkpoint need not come with its parent as well.
    have = checkpoint.refs;
  }
  return found;
}

async function outlineByScan(
  storage: CheckpointStorage,
  { thread, after, limit }: OutlineRequest,
): Promise<OutlinePage> {
  const page = await scanThread(storage, thread, after && { ...after, thread }, Math.min(limit, PAGE));
  return { checkpoints: page.checkpoints.map(({ checkpoint }) => checkpoint), more: page.more };
}

async function runsByOutline(storage: CheckpointStorage, request: RunsRequest): Promise<RunsPage> {
  const { runs, after, limit } = request;
  const found: string[] = [];
  const names = [...(await threadNames(storage))].toSorted(compareText);
  for (const thread of names) {
    if (after !== undefined && compareText(thread, after) <= 0) continue;
    if (!(await hasRun(storage, thread, runs))) continue;
    if (found.length === limit) return { threads: found, more: true };
    found.push(thread);
  }
  return { threads: found, more: false };
}

async function hasRun(storage: CheckpointStorage, thread: string, runs: readonly string[]): Promise<boolean> {
  const outline = (request: OutlineRequest): Promise<OutlinePage> =>
    storage.outline?.(request) ?? outlineByScan(storage, request);
  let after: CheckpointOutline | undefined;
  for (;;) {
    const page = await outline({ thread, after, limit: PAGE });
    if (page.checkpoints.some(({ run }) => run !== undefined && runs.includes(run))) return true;
    after = page.checkpoints.at(-1);
    if (!page.more || !after) return false;
  }
}

/**
 * A thread that is written to moves to the front of the listing, perhaps past the page being read. So the front is
 * listed again, as far as it may have changed, until nothing new is in it.
 */
async function threadNames(storage: CheckpointStorage): Promise<Set<string>> {
  const names = new Set<string>();
  let down = Number.NEGATIVE_INFINITY;
  for (let known = -1; known < names.size;) {
    known = names.size;
    let after: ThreadPosition | undefined;
    let newest = down;
    for (let more = true; more;) {
      const request = { thread: undefined, filter: [], after, limit: PAGE, pendingChannels: [] };
      const page = await storage.threads(request);
      for (const { thread } of page.threads) names.add(thread);
      if (!after) newest = page.threads[0]?.updated ?? down;
      after = page.threads.at(-1);
      more = page.more && after !== undefined && after.updated >= down;
    }
    down = newest;
  }
  return names;
}

/** Blobs and writes that no checkpoint has yet are not counted. */
async function statsByScan(storage: CheckpointStorage, thread: string): Promise<ThreadStats | undefined> {
  const request = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
  if ((await storage.threads(request)).threads.length === 0) return undefined;
  const blobs = new Map<string, number>();
  let [checkpoints, bytes] = [0, 0];
  let after: ScanPosition | undefined;
  for (;;) {
    const page = await scanThread(storage, thread, after, PAGE);
    for (const stored of page.checkpoints) bytes += bytesOf(stored);
    for (const blob of page.blobs) blobs.set(blob.id, ID_BYTES + blob.bytes.length);
    checkpoints += page.checkpoints.length;
    const last = page.checkpoints.at(-1)?.checkpoint;
    if (!page.more || !last) break;
    after = { thread, namespace: last.namespace, id: last.id };
  }
  for (const size of blobs.values()) bytes += size;
  return { checkpoints, bytes };
}

function bytesOf({ checkpoint, writes }: StoredCheckpoint): number {
  const { header, metadata, refs } = checkpoint;
  const own = header.length + metadata.length + refs.length * ID_BYTES;
  return writes.reduce((sum, write) => sum + write.value.length + write.refs.length * ID_BYTES, own);
}

function scanThread(
  storage: CheckpointStorage,
  thread: string,
  after: ScanPosition | undefined,
  limit: number,
): Promise<ScanPage> {
  const all = { namespace: undefined, id: undefined, before: undefined, filter: [], have: [] };
  return storage.scan({ ...all, thread, after, limit });
}
