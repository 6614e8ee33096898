import type { CheckpointPendingWrite } from "@threadmark/core";
import type { Interrupt } from "./command.ts";
import { CALL, END, ERROR, INTERRUPT, OUTSIDE, PREVIOUS, RESUME, RETURN } from "./layout.ts";
import type { StoredError } from "./errors.ts";

/** What was called: caller, place among its calls, name, hash of the arguments. */
export type CallRecord = readonly [
  caller: string,
  place: number | string,
  name: string,
  argumentsHash: string,
];

/** What is stored of one task. */
export interface TaskRows {
  readonly interrupts: Interrupt[];
  /** Answers in the order of the questions. */
  readonly answers: unknown[];
  /** Before 1.7, LangGraph.js gave all questions of a task the same id. */
  sharesIds: boolean;
  result?: { readonly value: unknown };
  end?: { readonly value: unknown; save: unknown };
  error?: StoredError;
  call?: CallRecord;
}

/** A value that came from outside the run. */
export type OutsideValue = readonly [channel: string, value: unknown];

/** The writes of a checkpoint by task, so that each call finds its own in constant time. */
export class Journal {
  readonly tasks: Map<string, TaskRows> = new Map();
  /** In the order of their arrival. */
  readonly outside: OutsideValue[] = [];
  readonly #calls = new Map<string, CallRecord>();

  constructor(rows: readonly CheckpointPendingWrite[] = []) {
    for (const [task, channel, value] of rows) {
      if (task === OUTSIDE) this.outside.push([channel, value]);
      else this.#add(task, channel, value);
    }
  }

  /** Rows of a task; none if nothing of it is stored. */
  of(task: string): TaskRows {
    return this.tasks.get(task) ?? NOTHING;
  }

  /** What was called at a place earlier. */
  callAt(caller: string, place: number | string): CallRecord | undefined {
    return this.#calls.get(placeKey(caller, place));
  }

  /** Adds a result of this run, for a caller that is retried in it. */
  remember(task: string, value: unknown, call: CallRecord): void {
    this.#add(task, RETURN, value);
    this.#add(task, CALL, call);
  }

  #add(task: string, channel: string, value: unknown): void {
    let rows = this.tasks.get(task);
    if (!rows) this.tasks.set(task, (rows = { interrupts: [], answers: [], sharesIds: false }));
    if (channel === RETURN) rows.result = { value };
    else if (channel === ERROR) rows.error = value as StoredError;
    else if (channel === RESUME) rows.answers.push(...(Array.isArray(value) ? value : [value]));
    else if (channel === INTERRUPT) {
      rows.sharesIds = !Array.isArray(value);
      rows.interrupts.push(...(Array.isArray(value) ? value : [value]));
    } else if (channel === END) rows.end = { value, save: rows.end?.save };
    else if (channel === PREVIOUS) rows.end = { value: rows.end?.value, save: value };
    else if (channel === CALL) {
      rows.call = value as CallRecord;
      this.#calls.set(placeKey(rows.call[0], rows.call[1]), rows.call);
    }
  }
}

const NOTHING: TaskRows = { interrupts: [], answers: [], sharesIds: false };

/** A number and a key that looks like it are different places. */
function placeKey(caller: string, place: number | string): string {
  return `${caller} ${JSON.stringify(place)}`;
}
