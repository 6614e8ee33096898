/** The part of ioredis that is used, as structural types: no driver is imported for them. */

/** A key or an argument of a script. */
export type Argument = string | Buffer;

/** What a script answers: bulk strings, `nil`, and lists of these. */
export type Reply = Buffer | null | readonly Reply[];

/** A `Redis` or a `Cluster` of ioredis, version 5 or 6. */
export interface RedisClientLike {
  readonly status: string;
  readonly isCluster?: boolean;
  evalshaBuffer(sha1: string, numkeys: number, ...args: (Argument | Argument[])[]): Promise<unknown>;
  evalBuffer(script: string, numkeys: number, ...args: (Argument | Argument[])[]): Promise<unknown>;
  pipeline(): RedisPipelineLike;
  disconnect(reconnect?: boolean): void;
}

/** Commands that are sent together. */
export interface RedisPipelineLike {
  evalshaBuffer(sha1: string, numkeys: number, ...args: (Argument | Argument[])[]): unknown;
  evalBuffer(script: string, numkeys: number, ...args: (Argument | Argument[])[]): unknown;
  wait(numreplicas: number, timeout: number): unknown;
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}
