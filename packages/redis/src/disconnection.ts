import type { Connection } from "./connection.ts";
import { noConnection } from "./until-ready.ts";

/** Milliseconds between two checks of whether a client is still trying to connect. */
const LOOK_EVERY = 250;

/** A call in progress. */
interface Call {
  readonly reject: (error: unknown) => void;
  /** The time since which its client has been seen without a connection. */
  since: number | undefined;
}

/**
 * Fails calls whose client has had no connection for too long. Clients that never stop trying would otherwise keep them
 * waiting forever. One timer serves all calls.
 */
export class Disconnection {
  readonly connection: Connection;
  readonly #ms: number;
  readonly #calls = new Set<Call>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ms A call fails after this many milliseconds without a connection. */
  constructor(connection: Connection, ms: number) {
    this.connection = connection;
    this.#ms = ms;
  }

  /** Runs a call with this limit. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call: Call = { reject, since: undefined };
      if (this.#timer === undefined) this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
      else if (this.#calls.size === 0) this.#timer.ref();
      this.#calls.add(call);
      const end = (): void => this.#end(call);
      work().then(resolve, reject).finally(end);
    });
  }

  /** The timer outlives the last call, since the next one usually follows soon, but keeps no process from ending. */
  #end(call: Call): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#timer?.unref();
  }

  #look(): void {
    if (this.#calls.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const isReady = this.connection.isReady();
    const now = Date.now();
    for (const call of this.#calls) {
      if (isReady) call.since = undefined;
      else if (now - (call.since ??= now) >= this.#ms) {
        call.reject(this.connection.lastError() ?? noConnection(this.#ms));
        this.#end(call);
      }
    }
  }
}
