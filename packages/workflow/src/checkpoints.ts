import type { ChannelVersion, Checkpoint, CheckpointMetadata } from "@threadmark/core";
import { END, INPUT, INTERRUPT, PREVIOUS, START, TASKS } from "./layout.ts";
import { checkpointId } from "./uuid.ts";

/** A checkpoint that is ready to be stored. */
export interface NewCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  /** Versions of the channels that it changes. */
  readonly newVersions: Record<string, ChannelVersion>;
}

/** What a checkpoint is made from. */
export interface Base {
  /** The checkpoint before; `undefined` at the start of a namespace. */
  readonly checkpoint: Checkpoint | undefined;
  /** Its step; −2 without one. */
  readonly step: number;
  readonly parents: Record<string, string>;
  /** The id that the application gave to the run; stored, so that the run can be found by it. */
  readonly runId?: string | undefined;
  /** Versions as the saver counts them. */
  readonly nextVersion: (current: ChannelVersion | undefined) => ChannelVersion;
}

/** Before a body runs: its input is stored. A run that did not finish is abandoned. */
export function inputCheckpoint(base: Base, name: string, input: unknown): NewCheckpoint {
  const draft = copyOf(base.checkpoint);
  const leftover = draft.channel_versions[START];
  if (isUnfinished(draft, name) && leftover !== undefined) {
    draft.versions_seen[name] = { ...draft.versions_seen[name], [START]: leftover };
  }
  draft.versions_seen[INPUT] ??= {};
  draft.channel_values[START] = input;
  return finish(base, draft, "input", { [START]: nextOf(base, draft) });
}

/** After a body returned. */
export function loopCheckpoint(
  base: Base,
  name: string,
  result: { value: unknown; save: unknown },
  called: Iterable<string>,
): NewCheckpoint {
  const draft = copyOf(base.checkpoint);
  for (const task of called) draft.versions_seen[task] ??= {};
  draft.versions_seen[name] = { ...draft.versions_seen[name], [START]: draft.channel_versions[START]! };
  draft.channel_values = withoutInput(draft);
  setValue(draft, END, result.value);
  setValue(draft, PREVIOUS, result.save);
  const version = nextOf(base, draft);
  return finish(base, draft, "loop", { [START]: version, [END]: version, [PREVIOUS]: version });
}

/** When an older checkpoint is run again: a copy of it without any writes. */
export function forkCheckpoint(base: Base): NewCheckpoint {
  const draft = copyOf(base.checkpoint);
  markResumed(draft);
  return finish(base, draft, "fork", {});
}

/** When values are set from outside, as if a run had returned them. */
export function updateCheckpoint(
  base: Base,
  name: string,
  result: { value: unknown; save: unknown },
): NewCheckpoint {
  const draft = copyOf(base.checkpoint);
  const version = nextOf(base, draft);
  const versions = { [END]: version, [PREVIOUS]: version };
  draft.versions_seen[name] ??= {};
  const consumed = START in draft.channel_values;
  draft.channel_values = withoutInput(draft);
  setValue(draft, END, result.value);
  setValue(draft, PREVIOUS, result.save);
  return finish(base, draft, "update", consumed ? { [START]: version, ...versions } : versions);
}

/** When a command sets channels. */
export function commandCheckpoint(base: Base, values: Readonly<Record<string, unknown>>): NewCheckpoint {
  const draft = copyOf(base.checkpoint);
  const versions = setFromOutside(draft, Object.entries(values), base.nextVersion);
  markResumed({ ...draft, channel_versions: { ...draft.channel_versions, ...versions } });
  return finish(base, draft, "input", versions);
}

/** Sets values that came from outside, all with one new version. */
export function setFromOutside(
  draft: Checkpoint,
  values: readonly (readonly [channel: string, value: unknown])[],
  nextVersion: Base["nextVersion"],
): Record<string, ChannelVersion> {
  const known = values.filter(([channel]) => channel === START || channel === END || channel === PREVIOUS);
  if (known.length === 0) return {};
  const version = nextVersion(greatest(draft));
  for (const [channel, value] of known) setValue(draft, channel, value);
  return Object.fromEntries(known.map(([channel]) => [channel, version]));
}

/** Whether a body has input that it has not finished with. */
export function isUnfinished(checkpoint: Checkpoint, name: string): boolean {
  const version = checkpoint.channel_versions[START];
  if (version === undefined || !(START in checkpoint.channel_values)) return false;
  const seen = checkpoint.versions_seen[name]?.[START];
  return seen === undefined || version > seen;
}

/** Records that a run continues with what is stored. */
export function markResumed(draft: Checkpoint): void {
  draft.versions_seen[INTERRUPT] = { ...draft.versions_seen[INTERRUPT], ...draft.channel_versions };
}

export function copyOf(checkpoint: Checkpoint | undefined): Checkpoint {
  if (!checkpoint) {
    return {
      v: 4,
      id: "",
      ts: "",
      channel_values: { [TASKS]: [] },
      channel_versions: {},
      versions_seen: {},
    };
  }
  return {
    ...checkpoint,
    channel_values: { ...checkpoint.channel_values },
    channel_versions: { ...checkpoint.channel_versions },
    versions_seen: { ...checkpoint.versions_seen },
  };
}

function finish(
  base: Base,
  draft: Checkpoint,
  source: CheckpointMetadata["source"],
  newVersions: Record<string, ChannelVersion>,
): NewCheckpoint {
  const step = base.step + 1;
  draft.channel_values[TASKS] ??= [];
  draft.channel_versions = { ...draft.channel_versions, ...newVersions };
  draft.id = checkpointId(step, base.checkpoint?.id);
  draft.ts = new Date().toISOString();
  const named = base.runId === undefined ? {} : { run_id: base.runId };
  return { checkpoint: draft, metadata: { source, step, parents: base.parents, ...named }, newVersions };
}

function setValue(draft: Checkpoint, channel: string, value: unknown): void {
  if (value === undefined) delete draft.channel_values[channel];
  else draft.channel_values[channel] = value;
}

/** Deleting a property makes an object slow for everyone who reads it. */
function withoutInput({ channel_values: values }: Checkpoint): Checkpoint["channel_values"] {
  const others: Checkpoint["channel_values"] = {};
  for (const channel of Object.keys(values)) if (channel !== START) others[channel] = values[channel];
  return others;
}

function nextOf(base: Base, draft: Checkpoint): ChannelVersion {
  return base.nextVersion(greatest(draft));
}

function greatest(draft: Checkpoint): ChannelVersion | undefined {
  let found: ChannelVersion | undefined;
  for (const version of Object.values(draft.channel_versions)) {
    if (found === undefined || version > found) found = version;
  }
  return found;
}
