import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import { explained, isGivenUp, isPassing, isReadOnly, isUnknownScript } from "./failure.ts";
import type { Argument, ScriptClient, Reply } from "./ioredis.ts";
import type { Script } from "./scripts/script.ts";

/** A client, and what is known of it. */
export interface Connection {
  readonly client: ScriptClient;
  /** The last error that a client of our own has reported, which its calls do not tell. */
  lastError(): unknown;
  /** Closes what was opened by us. */
  close(): Promise<void>;
}

/** How long a write waits for replicas. */
export interface WaitOptions {
  /** How many replicas must have a write before it counts as done; at least 1. */
  readonly replicas: number;
  /** Milliseconds after which the call fails; at least 1. */
  readonly timeoutMs: number;
}

export interface RunnerOptions {
  /** Called once, before the first script. */
  readonly open: () => Promise<Connection>;
  readonly wait: WaitOptions | undefined;
  /** Milliseconds for which a call is repeated that meets a fault which passes. */
  readonly retryMs: number;
}

/** A new connection to find the new primary is made at most this often, whatever the number of calls. Milliseconds. */
const RECONNECT_EVERY = 500;
const MAX_DELAY = 1000;

/** Runs scripts, and again where that is right: each can be run twice with the same result. */
export class Runner {
  readonly #options: RunnerOptions;
  #connection: Promise<Connection> | undefined;
  #reconnected = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async client(): Promise<ScriptClient> {
    return (await this.#open()).client;
  }

  async isCluster(): Promise<boolean> {
    return (await this.client()).isCluster;
  }

  /** Runs a script. */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const { client, lastError } = await this.#open();
    const end = Date.now() + this.#options.retryMs;
    let first: unknown;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#send(client, script, [...keys, ...args], keys.length);
      } catch (error) {
        if (isGivenUp(error)) throw lastError() ?? error;
        if (!isPassing(error)) throw explained(error);
        first ??= error;
        if (client.status === "end" || Date.now() >= end) throw first;
        if (isReadOnly(error)) this.#findPrimary(client);
      }
      await setTimeout(Math.min(20 * 2 ** attempt, MAX_DELAY));
    }
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  async #send(client: ScriptClient, script: Script, given: Argument[], keys: number): Promise<Reply> {
    const { wait } = this.#options;
    try {
      if (wait && script.durable)
        return await sendAndWait(client, "evalshaBuffer", script.sha, keys, given, wait);
      return (await client.evalshaBuffer(script.sha, keys, given)) as Reply;
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
    }
    if (wait && script.durable) return sendAndWait(client, "evalBuffer", script.text, keys, given, wait);
    return (await client.evalBuffer(script.text, keys, given)) as Reply;
  }

  /** After a failover the old primary is a replica, which the client keeps to until it connects anew. */
  #findPrimary(client: ScriptClient): void {
    if (client.isCluster || Date.now() - this.#reconnected < RECONNECT_EVERY) return;
    this.#reconnected = Date.now();
    client.disconnect(true);
  }

  #open(): Promise<Connection> {
    this.#connection ??= this.#options.open().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }
}

type Results = [script: [Error | null, Reply], wait: [Error | null, unknown]];

/** The script and WAIT, sent together. */
async function sendAndWait(
  client: ScriptClient,
  command: "evalBuffer" | "evalshaBuffer",
  script: string,
  keys: number,
  given: Argument[],
  { replicas, timeoutMs }: WaitOptions,
): Promise<Reply> {
  const pipeline = client.pipeline();
  pipeline[command](script, keys, given);
  pipeline.wait(replicas, timeoutMs);
  const results = await pipeline.exec();
  const [[scriptError, reply], [waitError, reached]] = results as Results;
  if (scriptError) throw scriptError;
  if (waitError) throw waitError;
  if (Number(reached) >= replicas) return reply;
  throw new CheckpointError(
    "STORAGE_FAILED",
    `the call was carried out, but after ${timeoutMs} ms ${Number(reached)} of the ${replicas} replicas wanted have it`,
  );
}
