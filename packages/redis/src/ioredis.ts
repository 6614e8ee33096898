/** The part of ioredis that is used, as structural types: no driver is imported for them. */

/** A `Redis` or a `Cluster` of ioredis, version 5 or 6. */
export interface RedisClientLike {
  readonly status: string;
  readonly isCluster: boolean;
  readonly options: object;
  evalsha(...args: never[]): unknown;
  pipeline(...args: never[]): unknown;
  disconnect(reconnect?: boolean): void;
}

/** A key or an argument of a script. */
export type Argument = string | Buffer;

/** What a script answers: bulk strings, `nil`, and lists of these. */
export type Reply = Buffer | null | readonly Reply[];

/** The same client with those of its methods that return bytes, which its own types leave out. */
export interface ScriptClient extends RedisClientLike {
  evalshaBuffer(sha1: string, numkeys: number, args: Argument[]): Promise<unknown>;
  evalBuffer(script: string, numkeys: number, args: Argument[]): Promise<unknown>;
  pipeline(): ScriptPipeline;
  scan(
    cursor: string,
    ...args: ["MATCH", string, "COUNT", number]
  ): Promise<[cursor: string, keys: string[]]>;
  /** Only a cluster has it. */
  nodes?(role: "master"): ScriptClient[];
}

/** Commands that are sent together. */
interface ScriptPipeline {
  evalshaBuffer(sha1: string, numkeys: number, args: Argument[]): unknown;
  evalBuffer(script: string, numkeys: number, args: Argument[]): unknown;
  wait(numreplicas: number, timeout: number): unknown;
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}
