import type { ChannelVersion } from "../contract.ts";
import type { Location } from "../ids.ts";
import type { WholeStorage } from "../storage/port.ts";
import type { CheckpointInput } from "./encode.ts";
import { headerOf } from "./decode.ts";
import { outlineOf } from "./outline.ts";

const NOTHING: ReadonlyMap<string, ChannelVersion> = new Map();

/** Channels that a checkpoint without parent claims to have unchanged, with their versions. */
export function claimedChannels(input: CheckpointInput): ReadonlyMap<string, ChannelVersion> {
  const { parent, newVersions, checkpoint } = input;
  if (parent.id !== undefined || newVersions === undefined) return NOTHING;
  const claimed = Object.entries(checkpoint.channel_versions ?? {}).filter(
    ([channel]) => Object.hasOwn(checkpoint.channel_values, channel) && !Object.hasOwn(newVersions, channel),
  );
  return new Map(claimed);
}

/**
 * The claimed channels that no checkpoint of the namespace has in that version. Their values are not
 * stored: there is nothing that they could be unchanged from. With a parent `channel_values` is the
 * whole state, and all of it is stored.
 *
 * LangGraph.js puts such a checkpoint when it copies the first one of a thread, and then every
 * channel is found. Source: `updateState` as `__copy__`, and "should only store channel_values that
 * have changed" of the official validation suite.
 */
export async function droppedChannels(
  storage: WholeStorage,
  { thread, namespace: name }: Location,
  claimed: ReadonlyMap<string, ChannelVersion>,
): Promise<ReadonlySet<string>> {
  const dropped = new Set(claimed.keys());
  if (dropped.size === 0) return dropped;
  for await (const outline of outlineOf(storage, thread)) {
    if (outline.namespace !== name) continue;
    const { fields, values } = await headerOf(thread, outline);
    for (const [channel] of values) {
      if (fields.channel_versions[channel] === claimed.get(channel)) dropped.delete(channel);
    }
    if (dropped.size === 0) break;
  }
  return dropped;
}
