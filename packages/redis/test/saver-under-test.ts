import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { nameOf, servers, type Server } from "@threadmark/services";
import { connect, newPrefix, removeKeys, singleServers, type Client } from "./server.ts";

/** A way to open savers. */
export interface Subject {
  readonly name: string;
  readonly server: Server;
  readonly open: (options?: RedisSaverOptions) => Promise<Opened>;
}

/** Keys of its own with a saver on them. */
interface Opened {
  readonly saver: RedisSaver;
  /** Another saver on the same data, as another process has it. */
  reopen(): Promise<RedisSaver>;
  close(): Promise<void>;
}

/**
 * The newest ioredis on the newest server and on a cluster. The other servers are those of the other drivers, in
 * `drivers.test.ts`: a server does not depend on the driver, so each runs all clauses with one of them.
 */
export const withNewestDriver: readonly Subject[] = [
  ...singleServers.slice(0, 1),
  ...servers("redis-cluster"),
].map((server) => ({
  name: `RedisSaver on ${nameOf(server)}`,
  server,
  open: (options) => openOn(server, options),
}));

async function openOn(server: Server, options: RedisSaverOptions = {}): Promise<Opened> {
  const keyPrefix = newPrefix();
  const clients: Client[] = [];
  const open = async (): Promise<RedisSaver> => {
    const client = connect(server);
    clients.push(client);
    const saver = new RedisSaver(client, { ...options, keyPrefix });
    await saver.setup();
    return saver;
  };
  return {
    saver: await open(),
    reopen: open,
    async close() {
      await removeKeys(clients[0]!, keyPrefix);
      await Promise.all(clients.map((client) => client.quit()));
    },
  };
}
