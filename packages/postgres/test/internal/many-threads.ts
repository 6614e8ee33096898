import type { Blob, PutRequest, PutWritesRequest } from "@threadmark/core/storage";
import pg from "pg";

/** Remembers its statements and the codes of its errors. */
export class WatchedPool extends pg.Pool {
  readonly texts: string[] = [];
  readonly codes: unknown[] = [];

  override query = (async (config: pg.QueryConfig): Promise<unknown> => {
    this.texts.push(config.text);
    try {
      return await super.query(config);
    } catch (error) {
      this.codes.push((error as { code?: unknown }).code);
      throw error;
    }
  }) as unknown as pg.Pool["query"];

  /** How many statements of each kind a call sends. */
  async during(call: () => Promise<unknown>): Promise<{ shared: number; alone: number }> {
    this.texts.length = 0;
    await call();
    const shared = this.texts.filter((text) => /SKIP LOCKED|first_blobs/.test(text)).length;
    return { shared, alone: this.texts.length - shared };
  }
}

/** Stands for every header, metadata and value. */
export const bytes = new Uint8Array([1, 2, 3]);
/** How many threads are used at once. */
export const THREADS = 24;
/** How many calls of one moment are sent alone, before the others share. */
export const DIRECT = 4;

export const blobOf = (i: number): Blob => ({
  id: i.toString(16).padStart(30, "0") + "00",
  kind: "leaf",
  bytes: new Uint8Array(100).fill(i),
});

const requestOf = (thread: string) => ({
  thread,
  blobs: [],
  epoch: undefined,
  relies: [],
  newEpoch: `epoch of ${thread}`,
  ttl: undefined,
  entries: [],
  claim: undefined,
});

export function putOf(thread: string, id: string, change: Partial<PutRequest> = {}): PutRequest {
  const parent = id === "1" ? undefined : "1";
  const place = { namespace: "", id, parent, parentSeal: 4, run: "run" };
  const content = { seal: 5, header: bytes, metadata: bytes, index: [{ key: "k", token: '"ä\u0001"' }] };
  const checkpoint = { ...place, ...content, refs: [blobOf(1).id] };
  return { ...requestOf(thread), checkpoint, keepParent: false, fence: false, ...change };
}

export function writesOf(thread: string, checkpoint: string): PutWritesRequest {
  const write = { task: "task", path: "~p", idx: 0, channel: "c", value: bytes, refs: [], seal: 6 };
  return { ...requestOf(thread), namespace: "", checkpoint, writes: [write, { ...write, idx: -1 }] };
}
