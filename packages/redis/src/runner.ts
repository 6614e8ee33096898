import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import type { Argument, Connection, Reply, ScriptCall, WaitOptions } from "./connection.ts";
import { Disconnection } from "./disconnection.ts";
import { explained, isGivenUp, isPassing, isReadOnly, isUnknownScript } from "./failure.ts";
import type { Script } from "./scripts/script.ts";

export interface RunnerOptions {
  /** Called before the first script, and again when it has failed or what it opened was closed. */
  readonly open: () => Promise<Connection>;
  readonly wait: WaitOptions | undefined;
  /** Milliseconds for which a call is repeated after a temporary fault. */
  readonly retryMs: number;
}

/**
 * The shortest time in milliseconds between two new connections made to find the new primary, however many calls
 * need it.
 */
const RECONNECT_EVERY = 500;
const MAX_DELAY = 1000;
/** Milliseconds without a connection after which a call fails, however long its client would keep trying. */
const DISCONNECTED = 10_000;

/** Runs scripts, and repeats them where that helps: each can be run twice with the same result. */
export class Runner {
  readonly #options: RunnerOptions;
  #connection: Promise<Connection> | undefined;
  #disconnection: Disconnection | undefined;
  #reconnected = 0;
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async isCluster(): Promise<boolean> {
    return (await this.#open()).isCluster;
  }

  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const connection = await this.#open();
    if (connection.isClosed()) throw clientClosed(connection);
    const disconnection = this.#watch(connection);
    const { retryMs } = this.#options;
    const end = Date.now() + retryMs;
    let first: unknown;
    for (let attempt = 0; ; attempt++) {
      try {
        return await disconnection.guard(() => this.#send(connection, script, keys, args));
      } catch (error) {
        if (isGivenUp(error)) throw explained(connection.lastError() ?? error);
        if (!isPassing(error)) throw explained(error);
        first ??= error;
        if (connection.isClosed() || Date.now() >= end) throw explained(first);
        if (isReadOnly(error)) this.#findPrimary(connection);
      }
      await setTimeout(Math.min(20 * 2 ** attempt, MAX_DELAY));
    }
  }

  /** Names of keys on all primaries, without the client's prefix; a name may come twice. */
  async *scan(patternOf: (clientPrefix: string) => string, count: number): AsyncGenerator<string[]> {
    const connection = await this.#open();
    const { keyPrefix } = connection;
    try {
      for await (const names of connection.scan(patternOf(keyPrefix), count)) {
        yield names.map((name) => name.slice(keyPrefix.length));
      }
    } catch (error) {
      throw explained(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  async #send(
    connection: Connection,
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Reply> {
    const wait = script.durable ? this.#options.wait : undefined;
    const run = (call: ScriptCall): Promise<Reply> =>
      wait ? runAndWait(connection, call, wait) : connection.run(call);
    try {
      return await run({ command: "EVALSHA", script: script.sha, keys, args });
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
    }
    return run({ command: "EVAL", script: script.text, keys, args });
  }

  #watch(connection: Connection): Disconnection {
    if (this.#disconnection?.connection !== connection) {
      this.#disconnection = new Disconnection(connection, Math.max(this.#options.retryMs, DISCONNECTED));
    }
    return this.#disconnection;
  }

  /** After a failover the old primary is a replica, and the client stays with it until it reconnects. */
  #findPrimary(connection: Connection): void {
    if (Date.now() - this.#reconnected < RECONNECT_EVERY) return;
    this.#reconnected = Date.now();
    connection.findPrimary();
  }

  async #open(): Promise<Connection> {
    if (this.#closed) throw new CheckpointError("CLOSED", "this saver was closed; create a new one");
    const known = await this.#connection?.catch(() => undefined);
    // A client gives up for good when it has tried long enough, or when it is closed.
    if (known?.isClosed()) this.#connection = undefined;
    this.#connection ??= this.#options.open().catch((error: unknown) => {
      this.#connection = undefined;
      throw explained(error);
    });
    return this.#connection;
  }
}

function clientClosed(connection: Connection): CheckpointError {
  return new CheckpointError("CLOSED", "the client of Redis was closed, or has given up connecting", {
    cause: explained(connection.lastError()),
  });
}

async function runAndWait(connection: Connection, call: ScriptCall, wait: WaitOptions): Promise<Reply> {
  const [reply, reached] = await connection.runAndWait(call, wait);
  if (reached >= wait.replicas) return reply;
  throw new CheckpointError(
    "STORAGE_FAILED",
    `the call was carried out, but after ${wait.timeoutMs} ms ${reached} of the ${wait.replicas} requested replicas have it`,
  );
}
