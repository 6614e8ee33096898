import type { WriteRecord } from "./port.ts";

/** The writes to the head of a thread that a listing of threads asks for; see `ThreadsRequest.pendingChannels`. */
export function pendingOf(
  writes: readonly WriteRecord[],
  pendingChannels: readonly string[],
): readonly WriteRecord[] {
  if (pendingChannels.length === 0) return [];
  return writes.filter(({ idx, channel }) => idx < 0 || pendingChannels.includes(channel));
}
