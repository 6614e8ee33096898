import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections, so that none of those takes one meanwhile. */
const FIRST = 10_000;
const LAST = 31_999;

const given = new Set<number>();

/** Ports of 127.0.0.1 that nobody listens on, each given once in this process. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
