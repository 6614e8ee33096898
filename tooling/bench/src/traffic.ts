import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Counts the bytes of sockets, and whatever else makes a round trip. */
export class TrafficCounter implements Disposable {
  roundTrips = 0;
  readonly #sockets = new Set<Socket>();
  readonly #onSocket = (message: unknown): void => {
    this.add((message as { socket: Socket }).socket);
  };

  /** Follows every socket that is opened with `net.connect` from now on. */
  watch(): void {
    subscribe("net.client.socket", this.#onSocket);
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
  }

  get sent(): number {
    return this.#sum((socket) => socket.bytesWritten);
  }

  get received(): number {
    return this.#sum((socket) => socket.bytesRead);
  }

  read(): { roundTrips: number; wire: number } {
    return { roundTrips: this.roundTrips, wire: this.sent + this.received };
  }

  [Symbol.dispose](): void {
    unsubscribe("net.client.socket", this.#onSocket);
  }

  #sum(bytesOf: (socket: Socket) => number): number {
    return [...this.#sockets].reduce((sum, socket) => sum + bytesOf(socket), 0);
  }
}
