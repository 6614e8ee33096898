import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** What is measured: any saver of LangGraph.js. */
export type Saver = BaseCheckpointSaver;

/** Where a contestant keeps its data. */
export interface Target {
  readonly url: string;
  /** A schema, a database or a prefix of keys that nothing else uses. */
  readonly name: string;
  /** Connections that the client may open. */
  readonly connections: number;
}

/** What went over the connections until now. */
export interface Traffic {
  readonly roundTrips: number;
  /** Bytes in both directions. */
  readonly wire: number;
}

/** A contestant, set up and ready. It closes its connections; the data stay. */
export interface Place extends AsyncDisposable {
  readonly saver: Saver;
  /** Whether functions run in `@threadmark/workflow`, not in LangGraph.js. */
  readonly workflows: boolean;
  /** A saver that remembers nothing, on the same data. */
  reopen(): Promise<Saver>;
  traffic(): Traffic;
}

/** Opens contestants by their id. */
export type OpenPlace = (target: Target) => Promise<Place>;

/** What a server has used since it was started. */
interface ServerUse {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  /** Bytes of its log: WAL, journal. `undefined` where it keeps none. */
  readonly log: number | undefined;
}

/** Asks a server what it uses. */
export interface Meter extends AsyncDisposable {
  use(): Promise<ServerUse>;
  /** Bytes that the data of a place take at the moment, one number for each of `Database.stores`. */
  stored(name: string): Promise<readonly number[]>;
  /** Empties a place. */
  remove(name: string): Promise<void>;
}
