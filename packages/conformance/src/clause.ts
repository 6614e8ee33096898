import type { Random } from "./random.ts";
import type { OpenOptions, OpenedStore, TestedSaver } from "./saver.ts";
import type { Sizes } from "./options.ts";
import { reasonOf } from "./reasons.ts";

/** What a saver or its harness must have for a clause to apply. */
export type Need =
  | "claimThread"
  | "close"
  | "copyThread"
  | "deleteForRuns"
  | "deleteThreads"
  | "getDeltaChannelHistory"
  | "getThread"
  | "listThreads"
  | "prune"
  | "reopen"
  | "setThreadTtl"
  | "setup"
  | "updateThread"
  | "sweep";

/** What a saver may lack: a method, or an option that `open` takes. */
export type Capability = Need | keyof OpenOptions;

/** One rule of the contract, and how to find out whether a saver keeps it. */
export interface Clause {
  /** `group/what-holds`; stable, and in `docs/contract.md`. */
  readonly id: string;
  /** The id in words. */
  readonly title: string;
  /** The rule, in one or two sentences. */
  readonly rule: string;
  /** Why it matters to those who use a saver. */
  readonly reason: string;
  /** What the author of a saver should do about a failure. */
  readonly hint: string;
  readonly needs: readonly Need[];
  /** Whether it must have a store that no other clause uses. */
  readonly alone: boolean;
  run(context: ClauseContext): Promise<void>;
}

/** What a clause gets. */
export interface ClauseContext {
  readonly saver: TestedSaver;
  /** Another saver on the same data. Only for clauses that need `"reopen"`. */
  reopen(): Promise<TestedSaver>;
  /** A separate store with options; the clause does not apply if they are not supported. */
  openWith(options: OpenOptions): Promise<OpenedStore>;
  /** Another store that nothing else uses. */
  openFresh(): Promise<OpenedStore>;
  /** A thread id that nothing else uses; the same name gives the same id within the clause. */
  threadId(name?: string): string;
  readonly random: Random;
  readonly seed: number;
  readonly sequences: number;
  readonly sizes: Sizes;
}

/** A clause as it is written in its file. */
export interface ClauseText {
  readonly rule: string;
  readonly hint: string;
  readonly needs?: readonly Need[];
  readonly alone?: boolean;
  run(context: ClauseContext): Promise<void>;
}

export function clause(id: string, text: ClauseText): Clause {
  return {
    id,
    title: id.replace("/", ": ").replaceAll("-", " "),
    rule: text.rule,
    reason: reasonOf(id),
    hint: text.hint,
    needs: text.needs ?? [],
    alone: text.alone ?? false,
    run: text.run,
  };
}
