import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** What is measured: any saver of LangGraph.js. */
export type Saver = BaseCheckpointSaver;

/** A saver in a comparison. */
export interface Contestant {
  readonly name: string;
  /** An empty place in the database, set up, with a saver on it. */
  open(connections: number): Promise<Place>;
}

/** Where one scenario runs. */
export interface Place extends AsyncDisposable {
  readonly saver: Saver;
  /** A saver that remembers nothing, on the same data. */
  reopen(): Promise<Saver>;
  /** What went over the connections until now. */
  traffic(): Promise<Traffic>;
  /** Bytes that the data take at the moment, one number for each of `Database.stores`. */
  stored(): Promise<readonly number[]>;
}

interface Traffic {
  readonly roundTrips: number;
  /** Bytes in both directions. */
  readonly wire: number;
}

/** A database with all that is to be compared on it. */
export interface Database {
  /** As in names of files. */
  readonly id: string;
  /** The package that is measured. */
  readonly subject: string;
  /** With version. */
  readonly server: string;
  /** Names of what `Place.stored` returns; the first one is charted. */
  readonly stores: readonly string[];
  /** What a round trip is called here. */
  readonly trips: string;
  /** What a reader has to know about this comparison, in Markdown. */
  readonly remarks: string;
  /** Ours first; the second is what ours is compared with; others are in the table only. */
  readonly contestants: readonly Contestant[];
  /** Tables of single calls, in Markdown. */
  details(): Promise<string>;
}

/** Finds or starts a server, and goes on with it. */
export interface DatabaseRecipe {
  readonly id: string;
  /** As the recipes of `@threadmark/services` are called. */
  readonly servers: readonly string[];
  open(url: string, version: string): Promise<Database & AsyncDisposable>;
}
