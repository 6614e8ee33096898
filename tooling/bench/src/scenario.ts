import type { Place } from "./place.ts";

/** The tables of the pages. `npm run bench -- --quick` measures the main one. */
export const TABLES = ["main", "at-once", "long", "calls"] as const;
export type TableId = (typeof TABLES)[number];

/** Something that applications do, whatever the database. */
export interface Scenario {
  /** As in file names and commands. */
  readonly id: string;
  readonly title: string;
  readonly table: TableId;
  /** Connections that the client may open. */
  readonly connections: number;
  /** Whether every packet takes 1 ms longer, each way. */
  readonly network: boolean;
  /** Whether the least that a put can do is measured too. */
  readonly floor: boolean;
  /** Databases that have it, by id; all without it. */
  readonly only: readonly string[] | undefined;
  /** Turns of a chat, for the chart. */
  readonly turns: number | undefined;
  /** Calls of one run, where time is shown for one call. */
  readonly calls: number | undefined;
  /** Runs that are measured, after one that is not. With 1, there is no other. */
  readonly rounds: number;
  /** Does the unmeasured part. What it returns is measured. */
  prepare(place: Place, round: number): Promise<() => Promise<void>>;
}

type Given = Pick<Scenario, "id" | "title" | "prepare"> & Partial<Scenario>;

export function scenario(given: Given): Scenario {
  return {
    table: "main",
    connections: 8,
    network: false,
    floor: false,
    only: undefined,
    turns: undefined,
    calls: undefined,
    rounds: 3,
    ...given,
  };
}

/** The same, with a network between client and server. */
export function overNetwork(one: Scenario): Scenario {
  return {
    ...one,
    id: `${one.id}-network`,
    title: `${one.title}; 1 ms of network each way`,
    network: true,
    only: ["postgres", "mongodb", "redis"],
  };
}
