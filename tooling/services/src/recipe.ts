import type { OpenMachine } from "./machine.ts";
import type { Node } from "./node.ts";

/** A server that was started, or one that someone else runs. */
export interface Started {
  readonly url: string;
  /** How it was found, for people. */
  readonly found: string;
  readonly version: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Its programs, the first of them that of the URL; none when someone else runs it. */
  readonly nodes: readonly Node[];
  readonly sentinels: readonly Node[];
  stop(): Promise<void>;
}

/** What a recipe has to say about what it started. */
interface Serving {
  readonly url: string;
  readonly nodes: readonly Node[];
  readonly sentinels?: readonly Node[];
  readonly facts?: Readonly<Record<string, string>>;
}

/** Programs that were found on this machine or put into a cache. */
export interface Programs {
  /** How they were found, for people. */
  readonly found: string;
  /** The words that start a program, before its arguments. */
  command(program: string): readonly string[];
}

/** What can be asked for when a server is started. */
export interface Wishes {
  /** More arguments for each of its programs. */
  readonly args: readonly string[];
  /** Replicas of each primary, where the recipe leaves the choice. */
  readonly replicas?: number;
  /** Milliseconds after which a group takes a silent program for dead. */
  readonly failAfter: number;
  /** Whether it belongs to one test, which may end its programs at any moment. */
  readonly isPrivate: boolean;
  /** The servers that the run has already. */
  readonly others: ReadonlyMap<string, Started>;
}

/** How to get one server. Each way says with an error why it is not possible here. */
export interface Recipe {
  /** As `TEST_REQUIRE` names it: the kind, or the kind and the version after a colon. */
  readonly name: string;
  readonly kind: string;
  /** Environment variable with the URL of a server that is there already. */
  readonly variable: string;
  /** What it needs to be started first. */
  readonly after?: string;
  /** The Docker image that has its programs. */
  readonly image: string;
  /** Finds its programs without Docker. */
  readonly install: () => Promise<Programs>;
  /** Starts it on machines that it opens. */
  readonly start: (open: OpenMachine, wishes: Wishes) => Promise<Serving>;
  /** Facts about the server of a URL that someone else runs. */
  readonly facts?: (url: string) => Promise<Readonly<Record<string, string>>>;
  /** Its exact version. */
  readonly version: (url: string) => Promise<string>;
}
