import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface DelayingProxy extends AsyncDisposable {
  /** Leads to the same server. */
  readonly url: string;
}

/**
 * Stands in for a network between a client and a server: everything arrives this many milliseconds later, in
 * both directions, however much is on its way.
 */
export async function startDelayingProxy(url: string, milliseconds: number): Promise<DelayingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({
      port: Number(target.port),
      host: target.hostname,
      allowHalfOpen: true,
    });
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (data) => setTimeout(() => to.write(data), milliseconds));
      from.on("end", () => setTimeout(() => to.end(), milliseconds));
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        setTimeout(() => to.destroy(), milliseconds);
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const delayed = new URL(url);
  delayed.hostname = "127.0.0.1";
  delayed.port = String((server.address() as AddressInfo).port);
  return {
    url: delayed.href,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
