import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP proxy that tests put between a client and a server to break the network, or to look at it. */
export interface FaultProxy {
  readonly port: number;
  /** Bytes that went to the server and back since it was started. */
  readonly sent: number;
  readonly received: number;
  /** Sees every piece of data that comes from the server. Returning true resets its connection instead. */
  onData: (data: Buffer) => boolean;
  /** Resets every open connection. */
  reset(): void;
  /** Resets every open connection and takes no new ones. */
  down(): Promise<void>;
  /** Takes connections again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy for a server on this machine. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const proxy = new Proxy(target);
  await proxy.up();
  return proxy;
}

class Proxy implements FaultProxy {
  sent = 0;
  received = 0;
  onData: (data: Buffer) => boolean = () => false;
  port = 0;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#connect(client));
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.reset();
    await closed;
  }

  async up(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(this.port, "127.0.0.1", resolve);
    });
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.down();
  }

  #connect(client: Socket): void {
    const upstream = connect(this.#target);
    const pair = [client, upstream];
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
    client.on("data", (data) => {
      this.sent += data.length;
      upstream.write(data);
    });
    upstream.on("data", (data) => {
      this.received += data.length;
      if (this.onData(data)) for (const socket of pair) socket.resetAndDestroy();
      else client.write(data);
    });
  }
}
