import type { Clock } from "./clock.ts";
import { WorkflowError } from "./errors.ts";
import type { Durability } from "./recorder.ts";
import type { StreamMode } from "./stream.ts";

/** How a run is started. The same objects as for LangGraph.js fit. */
export interface RunConfig {
  /** `thread_id` names the thread; `checkpoint_id` an older point of it to start from. */
  // oxlint-disable-next-line typescript/no-explicit-any -- applications put there what they like
  configurable?: Record<string, any>;
  /** Shown with the tasks of a stream. `run_id` is stored, for `deleteForRuns`. */
  metadata?: Record<string, unknown>;
  tags?: string[];
  /** Ends the run: it rejects with the signal's reason at once. Results that still come are stored. */
  signal?: AbortSignal;
  /** Milliseconds for the whole run. @default no limit */
  timeout?: number;
  /** How many tasks run at once. @default no limit */
  maxConcurrency?: number;
  /**
   * When results are stored: `sync` before the code that waits for them goes on, `async` meanwhile,
   * `exit` when the run ends.
   * @default "sync"
   */
  durability?: Durability;
  /** Handed to bodies and tasks as it is. @default that of the workflow */
  store?: unknown;
  /** LangChain's callbacks, handed to bodies and tasks. */
  callbacks?: unknown;
  /** Names the run, for `deleteForRuns`. @default a random id */
  runId?: string;
  /** Where the time comes from. @default the system's */
  clock?: Clock;
}

/** How a run is started and what is shown of it. */
export interface StreamConfig<
  Mode extends StreamMode | StreamMode[] = StreamMode | StreamMode[],
> extends RunConfig {
  /** One mode, or several: chunks are `[mode, payload]` then. @default "updates" */
  streamMode?: Mode;
  /** Also what workflows do that this one calls: chunks are led by their namespace. @default false */
  subgraphs?: boolean;
}

const DURABILITIES = ["sync", "async", "exit"];

/** @throws WorkflowError `INVALID_OPTION`. */
export function checkConfig(config: RunConfig): void {
  const { durability, maxConcurrency, timeout } = config;
  if (durability !== undefined && !DURABILITIES.includes(durability)) {
    throw invalid("durability", `one of ${DURABILITIES.join(", ")}`);
  }
  if (maxConcurrency !== undefined && !(Number.isInteger(maxConcurrency) && maxConcurrency > 0)) {
    throw invalid("maxConcurrency", "a whole number above 0");
  }
  checkMilliseconds(timeout, "timeout");
}

/** @throws WorkflowError `INVALID_OPTION` unless it is absent or above 0. */
export function checkMilliseconds(value: number | undefined, option: string): void {
  if (value !== undefined && !(typeof value === "number" && value > 0)) {
    throw invalid(option, "a number of milliseconds above 0");
  }
}

export function invalid(option: string, expected: string): WorkflowError {
  return new WorkflowError("INVALID_OPTION", `${option} must be ${expected}`);
}
