import type { Clock } from "./clock.ts";
import { WorkflowError } from "./errors.ts";
import type { Durability } from "./recorder.ts";
import type { StreamMode } from "./stream.ts";

/** What to do while another run has the thread. */
export type Concurrency = "reject" | "wait" | "allow";

/** How a run is started. Configs for LangGraph.js work too. */
export interface RunConfig {
  /** `thread_id` names the thread; `checkpoint_id` an older point of it to start from. */
  // oxlint-disable-next-line typescript/no-explicit-any -- applications put there what they like
  configurable?: Record<string, any>;
  /** Shown with the tasks in a stream. `run_id` is stored, for `deleteForRuns`. */
  metadata?: Record<string, unknown>;
  tags?: string[];
  /** Ends the run: it rejects with the signal's reason at once. Results that arrive later are stored. */
  signal?: AbortSignal;
  /** Milliseconds for the whole run. @default no limit */
  timeout?: number;
  /** How many tasks run at once. @default no limit */
  maxConcurrency?: number;
  /**
   * When results are stored: `sync` before the code that waits for them continues, `async` while it runs,
   * `exit` when the run ends.
   * @default "sync"
   */
  durability?: Durability;
  /**
   * What to do while another run, in this process or another, has the thread: `reject` the call with `THREAD_BUSY`,
   * `wait` until the thread is free, or `allow` both runs, in which case the later one wins. Savers that cannot claim a
   * thread, such as LangGraph.js's, always allow both.
   * @default "reject"
   */
  concurrency?: Concurrency;
  /**
   * Milliseconds for which the thread stays taken when the process dies during the run. It is renewed while
   * the run is in progress.
   * @default 30_000
   */
  lease?: number;
  /** Passed to bodies and tasks as it is. @default that of the workflow */
  store?: unknown;
  /** LangChain's callbacks, passed to bodies and tasks. */
  callbacks?: unknown;
  /** Handed to bodies and tasks as it is; not stored. */
  context?: unknown;
  /**
   * Names the run, for `deleteForRuns`. If the thread already had a run with this id, that run continues, or its result
   * is returned. @default a random id
   */
  runId?: string;
  /** Where the time comes from. @default the system's */
  clock?: Clock;
}

/** How a run is started, and what its stream shows. */
export interface StreamConfig<
  Mode extends StreamMode | StreamMode[] = StreamMode | StreamMode[],
> extends RunConfig {
  /** One mode, or several: chunks are then `[mode, payload]`. @default "updates" */
  streamMode?: Mode;
  /** Whether to include called workflows: chunks then begin with their namespace. @default false */
  subgraphs?: boolean;
}

const DURABILITIES = ["sync", "async", "exit"];
const CONCURRENCIES = ["reject", "wait", "allow"];

/** @throws WorkflowError `INVALID_OPTION`. */
export function checkConfig(config: RunConfig): void {
  const { concurrency, durability, lease, maxConcurrency, timeout } = config;
  if (concurrency !== undefined && !CONCURRENCIES.includes(concurrency)) {
    throw invalid("concurrency", `one of ${CONCURRENCIES.join(", ")}`);
  }
  if (durability !== undefined && !DURABILITIES.includes(durability)) {
    throw invalid("durability", `one of ${DURABILITIES.join(", ")}`);
  }
  if (maxConcurrency !== undefined && !(Number.isInteger(maxConcurrency) && maxConcurrency > 0)) {
    throw invalid("maxConcurrency", "a whole number above 0");
  }
  checkMilliseconds(timeout, "timeout");
  checkMilliseconds(lease, "lease");
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
