import { wrongArgument } from "@threadmark/core/storage";
import type { Argument, Connection, Reply, ScriptCall, WaitOptions } from "./connection.ts";
import { isMoved } from "./failure.ts";

/** A `Redis` or a `Cluster` of ioredis, version 5 or 6, as a structural type: no driver is imported for it. */
export interface IoredisLike {
  readonly status: string;
  readonly isCluster: boolean;
  readonly options: object;
  evalsha(...args: never[]): unknown;
  pipeline(...args: never[]): unknown;
  disconnect(reconnect?: boolean): void;
}

/** The same client with its methods that return bytes, which its own types leave out. */
interface ScriptClient extends IoredisLike {
  readonly options: IoredisOptions;
  evalshaBuffer(sha1: string, numkeys: number, args: Argument[]): Promise<unknown>;
  evalBuffer(script: string, numkeys: number, args: Argument[]): Promise<unknown>;
  exists(key: string): Promise<unknown>;
  pipeline(): ScriptPipeline;
  scan(
    cursor: string,
    ...args: ["MATCH", string, "COUNT", number]
  ): Promise<[cursor: string, keys: string[]]>;
  /** Only a cluster has this. */
  nodes?(role: "master"): ScriptClient[];
}

interface IoredisOptions {
  readonly keyPrefix?: string;
  readonly autoResendUnfulfilledCommands?: boolean;
  readonly commandTimeout?: number;
}

/** Commands that are sent together. */
interface ScriptPipeline {
  evalshaBuffer(sha1: string, numkeys: number, args: Argument[]): unknown;
  evalBuffer(script: string, numkeys: number, args: Argument[]): unknown;
  wait(numreplicas: number, timeout: number): unknown;
  exec(): Promise<Results | null>;
}

type Results = [script: [Error | null, Reply], wait: [Error | null, unknown]];

const METHODS = { EVAL: "evalBuffer", EVALSHA: "evalshaBuffer" } as const;

export function isIoredis(client: object): client is IoredisLike {
  const { status, evalshaBuffer, pipeline, disconnect } = client as Partial<ScriptClient>;
  return (
    typeof status === "string" &&
    [evalshaBuffer, pipeline, disconnect].every((method) => typeof method === "function")
  );
}

/**
 * A client of ioredis that the application owns.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when its calls may never end.
 */
export function connectionOfIoredis(given: IoredisLike): Connection {
  const client = given as ScriptClient;
  checkSettles(client.options);
  return {
    isCluster: client.isCluster,
    keyPrefix: client.options.keyPrefix ?? "",
    run: ({ command, script, keys, args }) =>
      client[METHODS[command]](script, keys.length, [...keys, ...args]) as Promise<Reply>,
    runAndWait: (call, wait) => runAndWait(client, call, wait),
    scan: (pattern, count) => scan(client, pattern, count),
    // A lazy client connects with the first command.
    isReady: () => client.status === "ready" || client.status === "wait",
    isClosed: () => client.status === "end",
    findPrimary() {
      // A cluster client finds the primary itself.
      if (!client.isCluster) client.disconnect(true);
    },
    lastError: () => undefined,
    close: async () => {},
  };
}

/** Without either option, ioredis forgets the calls in progress when a connection is lost: they never settle. */
export function checkSettles({ autoResendUnfulfilledCommands, commandTimeout }: IoredisOptions): void {
  if (autoResendUnfulfilledCommands !== false || commandTimeout !== undefined) return;
  throw wrongArgument(
    "client",
    "with autoResendUnfulfilledCommands: false needs a commandTimeout, or calls never end once their connection is lost; " +
      "or leave it at true: every call of a saver can be sent twice",
  );
}

async function runAndWait(
  client: ScriptClient,
  { command, script, keys, args }: ScriptCall,
  { replicas, timeoutMs }: WaitOptions,
): Promise<[Reply, number]> {
  const pipeline = client.pipeline();
  pipeline[METHODS[command]](script, keys.length, [...keys, ...args]);
  pipeline.wait(replicas, timeoutMs);
  const [[scriptError, reply], [waitError, reached]] = (await pipeline.exec())!;
  // A cluster follows it for a single command only, and then knows where the slot is.
  if (isMoved(scriptError)) await client.exists(keys[0]!);
  if (scriptError) throw scriptError;
  if (waitError) throw waitError;
  return [reply, Number(reached)];
}

async function* scan(client: ScriptClient, pattern: string, count: number): AsyncGenerator<string[]> {
  for (const node of client.nodes?.("master") ?? [client]) {
    let cursor = "0";
    do {
      const [next, names] = await node.scan(cursor, "MATCH", pattern, "COUNT", count);
      cursor = next;
      yield names;
    } while (cursor !== "0");
  }
}
