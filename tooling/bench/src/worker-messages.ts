import type { Target } from "./place.ts";

/** What a worker is started with. */
export interface Start {
  readonly database: string;
  readonly contestant: string;
  readonly scenario: string;
  readonly target: Omit<Target, "connections">;
}

/** What a run has taken in its process. */
export interface ClientUse {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds of processor time, of all threads. */
  readonly cpu: number;
  readonly roundTrips: number;
  /** Bytes. */
  readonly wire: number;
  /** Bytes that are in use after it and were not before, where it was asked for. */
  readonly kept: number | undefined;
}

export type ToWorker =
  | { readonly step: "prepare"; readonly round: number }
  /** Garbage is collected before and after a run only if the heap is measured. */
  | { readonly step: "run"; readonly heap: boolean }
  | { readonly step: "end" };

export type ToParent =
  | { readonly done: "start" | "prepare" }
  | { readonly done: "run"; readonly use: ClientUse }
  /** With the most memory that the process had, in bytes. */
  | { readonly done: "end"; readonly peak: number };
