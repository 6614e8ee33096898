import { childrenOf, type Blob, type BlobId } from "@threadmark/core/storage";
import { idOf } from "../decoder.ts";
import { blobOf, type BlobDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { anyOf, blobKey, KIND, threadKey, type Key } from "../keys.ts";
import type { ThreadDoc } from "../thread.ts";

/** Keys in one command: each takes about a hundred of the 16 MB that a command may have. */
const KEYS = 50_000;

/** Ids of blobs in a thread. */
export interface Roots {
  readonly thread: string;
  readonly ids: readonly BlobId[];
}

/** What is asked for. */
export interface TreeRequest {
  readonly roots: readonly Roots[];
  /** Except these, and what is below them. */
  readonly have: Iterable<BlobId>;
  /** What is already known of these threads; if it is reached, it is returned too. */
  readonly known?: readonly BlobDoc[];
  /** Leaves are left out. */
  readonly nodesOnly?: boolean;
  /** Threads whose documents are read after the last blob. */
  readonly threads: readonly string[];
}

/** What was found. */
export interface Trees {
  readonly blobs: readonly Blob[];
  /** Whether nothing was missing. */
  readonly complete: boolean;
  /** `undefined` when nothing had to be read. */
  readonly threads: readonly ThreadDoc[] | undefined;
}

type Find = (filter: Doc, options: object) => Promise<Doc[]>;

/** Reads everything at and below some blobs, level by level: one command, if all nodes are known. */
export async function readTrees(find: Find, request: TreeRequest): Promise<Trees> {
  const { roots, threads } = request;
  const walk = new Walk(request);
  for (const { thread, ids } of roots) for (const id of ids) walk.visit(thread, id);
  let seen: ThreadDoc[] | undefined;
  for (let open = walk.take(); open.length > 0; open = walk.take()) {
    for (let start = 0; start < open.length; start += KEYS) {
      const keys = [...open.slice(start, start + KEYS), ...threads.map(threadKey)];
      // In the order of `_id` the threads come last.
      const docs = (await find(anyOf(keys), { sort: { _id: 1 } })) as unknown as { _id: Key }[];
      seen = docs.filter(({ _id }) => _id.k === KIND.thread) as unknown as ThreadDoc[];
      for (const doc of docs) if (doc._id.k !== KIND.thread) walk.found(doc as unknown as BlobDoc);
    }
  }
  return { blobs: walk.blobs(), complete: walk.isComplete(), threads: seen };
}

class Walk {
  // By thread and id: what is missing in one thread may exist in another.
  readonly #known: ReadonlyMap<string, BlobDoc>;
  readonly #visited = new Set<string>();
  readonly #have: ReadonlySet<BlobId>;
  readonly #nodesOnly: boolean;
  readonly #reached = new Map<BlobId, Blob>();
  #open: Key[] = [];
  #missing = 0;

  constructor({ known = [], have, nodesOnly = false }: TreeRequest) {
    this.#known = new Map(known.map((doc) => [placeOf(doc._id.t, idOf(doc._id.b)), doc]));
    this.#have = new Set(have);
    this.#nodesOnly = nodesOnly;
  }

  visit(thread: string, root: BlobId): void {
    const stack = [root];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const place = placeOf(thread, id);
      if (this.#visited.has(place) || this.#have.has(id)) continue;
      this.#visited.add(place);
      const key = blobKey(thread, id);
      if (this.#nodesOnly && key.k === KIND.leaf) continue;
      const known = this.#known.get(place);
      if (known) {
        stack.push(...this.#reach(known));
      } else {
        this.#open.push(key);
        this.#missing++;
      }
    }
  }

  found(doc: BlobDoc): void {
    this.#missing--;
    for (const child of this.#reach(doc)) this.visit(doc._id.t, child);
  }

  /** Its children. */
  #reach(doc: BlobDoc): readonly BlobId[] {
    const blob = blobOf(doc);
    this.#reached.set(blob.id, blob);
    return childrenOf(blob);
  }

  /** The keys that have to be read next. */
  take(): Key[] {
    const open = this.#open;
    this.#open = [];
    return open;
  }

  isComplete(): boolean {
    return this.#missing === 0;
  }

  blobs(): Blob[] {
    return [...this.#reached.values()];
  }
}

function placeOf(thread: string, id: BlobId): string {
  return `${thread}\0${id}`;
}
