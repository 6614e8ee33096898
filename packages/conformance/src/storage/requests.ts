import type {
  Blob,
  CheckpointRecord,
  WholeStorage,
  PutRequest,
  PutWritesRequest,
  ScanRequest,
  StoredCheckpoint,
  ThreadRecord,
  ThreadsRequest,
  WriteRecord,
  WriteRequest,
} from "@threadmark/core/storage";
import { bytes } from "./small-world.ts";

/** A checkpoint to put; everything but thread and id has a default. */
export interface Put extends Partial<Omit<PutRequest, "checkpoint">>, Partial<CheckpointRecord> {
  readonly thread: string;
  readonly id: string;
}

export function putOf(put: Put): PutRequest {
  const { namespace = "", id, parent, parentSeal = 0, run, refs = [], index = [], seal = 0 } = put;
  const { header = bytes("header"), metadata = bytes("metadata") } = put;
  return {
    ...writeOf(put),
    keepParent: put.keepParent ?? false,
    fence: put.fence ?? false,
    checkpoint: { namespace, id, parent, parentSeal, run, header, seal, metadata, index, refs },
  };
}

/** Writes of one task, one for each channel. */
export function writesOf(
  thread: string,
  checkpoint: string,
  channels: readonly string[],
  request: Partial<PutWritesRequest> = {},
): PutWritesRequest {
  const writes = channels.map((channel, idx): WriteRecord => {
    const value = bytes(`${channel} ${idx}`);
    return { task: "task", path: "", idx, channel, value, refs: [], seal: 0 };
  });
  return { ...writeOf({ ...request, thread }), namespace: "", checkpoint, writes };
}

function writeOf(request: Partial<WriteRequest> & Pick<WriteRequest, "thread">): WriteRequest {
  const { thread, blobs = [], epoch, relies = [], newEpoch = "e1", ttl, entries = [], claim } = request;
  return { thread, blobs, epoch, relies, newEpoch, ttl, entries, claim };
}

/** All checkpoints of a thread, or those that a request asks for. */
export async function scanOf(
  storage: WholeStorage,
  thread: string,
  request: Partial<ScanRequest> = {},
): Promise<readonly StoredCheckpoint[]> {
  const all = { namespace: undefined, id: undefined, before: undefined, filter: [], after: undefined };
  const { checkpoints } = await storage.scan({ ...all, limit: 1000, have: [], ...request, thread });
  return checkpoints;
}

export async function idsOf(storage: WholeStorage, thread: string): Promise<string[]> {
  return (await scanOf(storage, thread)).map(({ checkpoint }) => checkpoint.id);
}

/** The threads of a storage, in its order. */
export async function threadsOf(
  storage: WholeStorage,
  request: Partial<ThreadsRequest> = {},
): Promise<readonly ThreadRecord[]> {
  const all = { thread: undefined, filter: [], after: undefined, limit: 100, pendingChannels: [] };
  return (await storage.threads({ ...all, ...request })).threads;
}

/** The ids of the blobs that a thread has of these. */
export async function storedOf(
  storage: WholeStorage,
  thread: string,
  blobs: readonly Blob[],
): Promise<string[]> {
  const found = await storage.blobs({ thread, refs: blobs.map(({ id }) => id), have: [] });
  return found.map(({ id }) => id).toSorted();
}
