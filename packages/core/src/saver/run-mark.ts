import { entrySeal } from "../codec/seals.ts";
import { RUN, type Checkpoint, type CheckpointConfig } from "../contract.ts";
import type { FilterTerm, ThreadEntry } from "../storage/port.ts";

/** Whether the last run of a workflow has ended. */
export type RunMark = "finished" | "unfinished";

/**
 * Key of the entry that keeps the mark, so that listings find it in their index. No escaped key of an application
 * looks like this.
 */
export const RUN_KEY = "\\:run";

const NOTHING = new Uint8Array();

/**
 * The entry that a checkpoint sets on its thread. LangGraph.js's functional API keeps its input in a channel until
 * the run has ended; its threads are known by a channel that graphs do not have, once a run has ended in them.
 */
export function runEntries(
  thread: string,
  namespace: string,
  config: CheckpointConfig,
  { channel_values: values, channel_versions: versions }: Checkpoint,
): readonly ThreadEntry[] {
  if (namespace !== "" || !(isWorkflow(versions) || config.configurable?.[RUN] === true)) return [];
  const token: RunMark = "__start__" in values ? "unfinished" : "finished";
  const entry = { key: RUN_KEY, token, value: NOTHING };
  return [{ ...entry, seal: entrySeal(thread, entry) }];
}

/** Whether a thread with these channels may have the mark. */
export function isWorkflow(versions: Readonly<Record<string, unknown>> | undefined): boolean {
  return versions !== undefined && "__previous__" in versions;
}

export function runTerms(mark: RunMark | undefined): readonly FilterTerm[] {
  return mark === undefined ? [] : [{ key: RUN_KEY, token: mark }];
}

export function runMarkOf(entries: readonly ThreadEntry[]): RunMark | undefined {
  return entries.find(({ key }) => key === RUN_KEY)?.token as RunMark | undefined;
}
