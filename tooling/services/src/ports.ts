import { createServer, type Server } from "node:net";

/** Below the ports that systems give to outgoing connections, so that none of these takes one. */
const FIRST = 10_000;
const LAST = 31_999;
/** Ports are taken in blocks. Who listens on the first port of a block has all of it. */
const BLOCK = 20;
const BLOCKS = Math.floor((LAST - FIRST + 1) / BLOCK);

const left: number[] = [];

/**
 * Ports of 127.0.0.1 that nobody listens on, each given once. Other processes that call this get others, also while
 * nothing listens on them yet, or any more, such as those of a killed server.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    if (left.length === 0) left.push(...(await takeBlock()));
    const port = left.shift();
    if (port === undefined) continue;
    const server = await listenOn(port);
    if (!server) continue;
    await new Promise((resolve) => server.close(resolve));
    ports.push(port);
  }
  return ports;
}

/** The ports of a block, which is this process's until it ends. */
async function takeBlock(): Promise<number[]> {
  for (;;) {
    const first = FIRST + BLOCK * Math.floor(Math.random() * BLOCKS);
    const server = await listenOn(first);
    if (!server) continue;
    server.unref();
    return Array.from({ length: BLOCK - 1 }, (_, i) => first + 1 + i);
  }
}

/** Undefined if someone listens on it. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
