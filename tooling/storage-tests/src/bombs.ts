import type { OpenedStorage } from "@threadmark/conformance/storage";
import { CheckpointSaver, Serializer, type CheckpointError } from "@threadmark/core";
import type { Blob, BlobId, CheckpointStorage, PutRequest } from "@threadmark/core/storage";
import { afterAll, expect, it } from "vitest";
import { blobIdOf, idBytes } from "../../../packages/core/src/blobs/hash.ts";
import { pushVarint } from "../../../packages/core/src/codec/bytes.ts";
import { beginHeader, endHeader } from "../../../packages/core/src/codec/header.ts";
import { checkpointSeal, contentSum } from "../../../packages/core/src/codec/seals.ts";
import { configOf, putTurn, turnId } from "./turns.ts";

/** A stored value, and the blobs that it is made of. */
interface Bomb {
  readonly value: Uint8Array;
  readonly refs: readonly BlobId[];
  readonly blobs: readonly Blob[];
}

const LEVELS = 6;
const WIDTH = 64;
const SHORT = leafOf(new Uint8Array([1, 2, 3, 4]));
const EMPTY = leafOf(new Uint8Array());
const KILOBYTE = leafOf(new Uint8Array(1024).fill(120));

/** A few blobs that expand to very many, and values that claim to be very long. */
const BOMBS: Readonly<Record<string, Bomb>> = {
  "64^6 leaves and a size of 2^50": towerOf(SHORT, 2 ** 50),
  "64^6 leaves and a size of 4 GB": towerOf(SHORT, 2 ** 32),
  "64^6 leaves and their own size": towerOf(SHORT, 4 * WIDTH ** LEVELS + 32),
  "64^6 long leaves and their own size": towerOf(KILOBYTE, 1024 * WIDTH ** LEVELS + 32),
  "64^6 empty leaves": towerOf(EMPTY, 2 ** 50),
  "one leaf and a size of 4 GB": {
    ...towerOf(SHORT, 2 ** 32),
    value: cutValue(SHORT.id, 2 ** 32),
    refs: [SHORT.id],
  },
  "one leaf and the greatest size": {
    ...towerOf(SHORT, 0),
    value: cutValue(SHORT.id, Number.MAX_SAFE_INTEGER),
    refs: [SHORT.id],
  },
  "64^6 leaves that no value needs": { ...towerOf(SHORT, 0), value: inlineValue("short") },
};

/**
 * Registers tests: records whose seals are right, and whose blobs name each other so often that a walk over all paths
 * would never end, are refused, and can be removed. Databases walk over blobs themselves.
 */
export function refusesBombs({ storage, clear, close }: Required<OpenedStorage>): void {
  afterAll(async () => {
    await clear();
    await close();
  });

  it.each(Object.keys(BOMBS))(
    "a value of %s is refused, and goes when its thread is pruned or deleted",
    async (name) => {
      await storage.setup?.();
      const forger = new CheckpointSaver(forging(storage, BOMBS[name]!));
      await putTurn(forger, { thread: "t", id: turnId(1), values: { v: "replaced" } });
      const reader = new CheckpointSaver(storage, { blobCacheBytes: 0 });
      const told = expect.objectContaining({
        code: "CORRUPT",
        threadId: "t",
      } satisfies Partial<CheckpointError>);
      await expect(reader.getTuple(configOf("t"))).rejects.toEqual(told);
      await expect(reader.list(configOf("t")).next()).rejects.toEqual(told);
      await expect(reader.list({}).next()).rejects.toEqual(told);
      await reader.copyThread("t", "copy");
      await expect(reader.getTuple(configOf("copy"))).rejects.toEqual(
        expect.objectContaining({ code: "CORRUPT", threadId: "copy" }),
      );
      await putTurn(reader, { thread: "t", id: turnId(2), parent: turnId(1), values: { v: "sound" } });
      expect(await reader.prune({ threadIds: ["t"], keepLatest: 1 })).toEqual({ threads: 1, checkpoints: 1 });
      expect((await reader.get(configOf("t")))?.channel_values).toEqual({ v: "sound" });
      for (const thread of ["t", "copy"]) await reader.deleteThread(thread);
      expect(await reader.getTuple(configOf("copy"))).toBeUndefined();
    },
  );
}

/** The same storage, but what is put has the value of a bomb. */
function forging(storage: CheckpointStorage, bomb: Bomb): CheckpointStorage {
  return new Proxy(storage, {
    get(target, name) {
      if (name === "put") return (request: PutRequest) => target.put(forged(request, bomb));
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function forged(request: PutRequest, { value, refs, blobs }: Bomb): PutRequest {
  const { checkpoint } = request;
  const begun = beginHeader({ v: 4, ts: "", channel_versions: { v: 1 }, versions_seen: {} });
  const content = contentSum(checkpoint.metadata, checkpoint.index, refs);
  const header = endHeader(begun, { values: [["v", value]], delta: [], content });
  const record = { ...checkpoint, header, refs };
  return { ...request, checkpoint: { ...record, seal: checkpointSeal(request.thread, record) }, blobs };
}

/** A leaf below levels of nodes that each name the one below 64 times. */
function towerOf(leaf: Blob, size: number): Bomb {
  const blobs = [leaf];
  for (let level = 0; level < LEVELS; level++) {
    const bytes = idBytes(Array<BlobId>(WIDTH).fill(blobs.at(-1)!.id));
    blobs.push({ id: blobIdOf("node", bytes), kind: "node", bytes });
  }
  const root = blobs.at(-1)!.id;
  return { value: cutValue(root, size), refs: [root], blobs };
}

function leafOf(bytes: Uint8Array): Blob {
  return { id: blobIdOf("leaf", bytes), kind: "leaf", bytes };
}

/** As a record holds a value whose bytes are in blobs, but for the first 32. */
function cutValue(root: BlobId, size: number): Uint8Array {
  const start = [1];
  pushVarint(start, size);
  const head = new Uint8Array(32);
  head[0] = 1;
  return Uint8Array.from([...start, ...idBytes([root]), ...head]);
}

function inlineValue(value: string): Uint8Array {
  return Uint8Array.from([0, ...new Serializer().encode(value)]);
}
