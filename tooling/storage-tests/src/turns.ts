import type { CheckpointConfig, CheckpointMetadata, CheckpointSaver } from "@threadmark/core";

/** A checkpoint about to be stored. */
export interface Turn {
  readonly thread: string;
  readonly id: string;
  readonly parent?: string | undefined;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}

/** The config of a checkpoint, or of the newest. */
export function configOf(thread: string, id?: string): CheckpointConfig {
  return { configurable: { thread_id: thread, ...(id !== undefined && { checkpoint_id: id }) } };
}

/** Stores a checkpoint. */
export async function putTurn(saver: CheckpointSaver, turn: Turn): Promise<CheckpointConfig> {
  const { thread, id, parent, values = {}, metadata = {}, run } = turn;
  const versions = Object.fromEntries(Object.keys(values).map((channel) => [channel, 1]));
  const checkpoint = {
    v: 4,
    id,
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { ...values },
    channel_versions: versions,
    versions_seen: {},
  };
  const known = { source: "loop", step: 0, parents: {}, ...metadata } as CheckpointMetadata;
  const config = { ...configOf(thread, parent), ...(run !== undefined && { metadata: { run_id: run } }) };
  return saver.put(config, checkpoint, known, versions);
}

/** Text that is too long to be stored in the checkpoint itself. */
export function longText(seed: string, length = 20_000): string {
  let text = "";
  for (let i = 0; text.length < length; i++) text += `${seed} ${i * 7919} `;
  return text;
}

/** An id; ids are ordered as the numbers are. */
export function turnId(n: number): string {
  return String(n).padStart(8, "0");
}
