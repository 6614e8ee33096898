import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Traffic } from "./place.ts";

/** Counts the bytes of sockets, and whatever else makes a round trip. */
export class TrafficCounter implements Disposable {
  roundTrips = 0;
  readonly #sockets = new Set<Socket>();
  #writesAreTrips = false;
  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.add(socket);
    if (this.#writesAreTrips) this.#countWrites(socket);
  };

  /** Follows every socket that is opened with `net.connect` from now on. */
  watch({ writesAreTrips }: { readonly writesAreTrips: boolean }): void {
    this.#writesAreTrips = writesAreTrips;
    subscribe("net.client.socket", this.#onSocket);
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
  }

  read(): Traffic {
    let wire = 0;
    for (const { bytesWritten, bytesRead } of this.#sockets) wire += bytesWritten + bytesRead;
    return { roundTrips: this.roundTrips, wire };
  }

  [Symbol.dispose](): void {
    unsubscribe("net.client.socket", this.#onSocket);
  }

  #countWrites(socket: Socket): void {
    // While it connects, a socket gets its own `write` back.
    socket.once("connect", () => {
      const write = socket.write;
      socket.write = ((...args: Parameters<Socket["write"]>) => {
        this.roundTrips++;
        return write.apply(socket, args);
      }) as Socket["write"];
    });
  }
}
