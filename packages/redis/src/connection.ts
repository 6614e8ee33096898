/** A key or an argument of a script. */
export type Argument = string | Buffer;

/** What a script answers: bulk strings, `nil`, and lists of these. */
export type Reply = Buffer | null | readonly Reply[];

/** A script with its keys and arguments. */
export interface ScriptCall {
  readonly command: "EVAL" | "EVALSHA";
  /** The text of the script, or the hash by which the server knows it. */
  readonly script: string;
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
}

/** How long a write waits for replicas. */
export interface WaitOptions {
  /** How many replicas must have a write before it counts as done; at least 1. */
  readonly replicas: number;
  /** Milliseconds after which the call fails; at least 1. */
  readonly timeoutMs: number;
}

/** A client, whichever package made it. The rest of this package knows clients only by this interface. */
export interface Connection {
  /** Whether one call may touch only one slot. */
  readonly isCluster: boolean;
  /** What the client puts before every key, but not before a pattern. */
  readonly keyPrefix: string;
  run(call: ScriptCall): Promise<Reply>;
  /**
   * Runs the call, and then `WAIT` on the same connection, which answers with the number of replicas that have what
   * the call wrote.
   */
  runAndWait(call: ScriptCall, wait: WaitOptions): Promise<[reply: Reply, replicas: number]>;
  /** Names of keys on all primaries, page by page; a name may come twice. */
  scan(pattern: string, count: number): AsyncIterable<readonly string[]>;
  /** Whether calls are sent at once rather than kept until the client is connected. */
  isReady(): boolean;
  /** Whether the client was closed, so that no call will succeed again. */
  isClosed(): boolean;
  /** Reconnects to find the primary, since the server is a replica now. */
  findPrimary(): void;
  /** The last error that the client reported outside of its calls. */
  lastError(): unknown;
  /** Closes what was opened here. */
  close(): Promise<void>;
}
