import { compareText, type BlobId } from "@threadmark/core/storage";

const MAX_THREADS = 10_000;

/** The newest checkpoint of a namespace, when it was last seen. */
export interface Head {
  readonly id: string;
  /** The blobs of the checkpoint and of its writes. */
  readonly refs: readonly BlobId[];
}

/** The newest checkpoints of threads that this process has read or written, so that a read knows where to look. */
export class KnownHeads {
  readonly #threads = new Map<string, Map<string, Head>>();

  find(thread: string, namespace: string): Head | undefined {
    return this.#threads.get(thread)?.get(namespace);
  }

  /** Notes a checkpoint that a reader has seen as the newest, or that was stored. */
  learn(thread: string, namespace: string, id: string, refs: readonly BlobId[]): void {
    const heads = this.#threads.get(thread) ?? new Map<string, Head>();
    const head = heads.get(namespace);
    if (head && compareText(id, head.id) < 0) return;
    if (head?.id === id) return this.wrote(thread, namespace, id, refs);
    // Every call of a subgraph has its own namespace, which is soon no longer read.
    if (!head && heads.size >= MAX_NAMESPACES) heads.delete(heads.keys().next().value!);
    heads.set(namespace, { id, refs });
    this.#threads.delete(thread);
    this.#threads.set(thread, heads);
    for (const oldest of this.#threads.keys()) {
      if (this.#threads.size <= MAX_THREADS) break;
      this.#threads.delete(oldest);
    }
  }

  /** Notes writes to a checkpoint. */
  wrote(thread: string, namespace: string, id: string, refs: readonly BlobId[]): void {
    const heads = this.#threads.get(thread);
    const head = heads?.get(namespace);
    if (head?.id !== id || refs.length === 0) return;
    heads!.set(namespace, { id, refs: [...new Set([...head.refs, ...refs])] });
  }

  forget(thread: string): void {
    this.#threads.delete(thread);
  }
}

const MAX_NAMESPACES = 8;
