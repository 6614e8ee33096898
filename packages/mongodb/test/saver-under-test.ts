import { nameOf, servers, type Server } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import { DRIVERS, newName } from "./database.ts";

/** A way to open savers. */
export interface Subject {
  readonly name: string;
  /** For the table at the end of the run. */
  readonly server: Server;
  readonly open: (options?: MongoDBSaverOptions) => Promise<Opened>;
}

/** A fresh database with a saver on it. */
interface Opened {
  readonly saver: MongoDBSaver;
  /** Another saver on the same data, as another process has it. */
  reopen(): Promise<MongoDBSaver>;
  close(): Promise<void>;
}

/** A saver with some options on one of the drivers. */
function subject(server: Server, driver: keyof typeof DRIVERS, fixed: MongoDBSaverOptions = {}): Subject {
  const how = fixed.aggregates === false ? ", with find only" : "";
  return {
    name: `MongoDBSaver on ${nameOf(server)} with driver ${driver}${how}`,
    server,
    open: (options) => open(server, driver, { ...fixed, ...options }),
  };
}

/** Every server of this run, with the newest driver. */
export const withNewestDriver: readonly Subject[] = [
  ...servers("mongodb"),
  ...servers("mongodb-replica-set"),
].map((server) => subject(server, 7));

/** The other ways: the older driver, and a service without the stages of `aggregate`. */
export const otherWays: readonly Subject[] = [
  ...servers("mongodb").flatMap((server) => [subject(server, 6), subject(server, 7, { aggregates: false })]),
  ...servers("mongodb-replica-set").map((server) => subject(server, 6)),
];

async function open(
  server: Server,
  driver: keyof typeof DRIVERS,
  options: MongoDBSaverOptions,
): Promise<Opened> {
  const dbName = newName();
  const clients: InstanceType<(typeof DRIVERS)[keyof typeof DRIVERS]>[] = [];
  const openOne = async (): Promise<MongoDBSaver> => {
    const client = new DRIVERS[driver](server.url, { maxPoolSize: 8 });
    clients.push(client);
    const saver = new MongoDBSaver({ client, dbName, ...options });
    await saver.setup();
    return saver;
  };
  return {
    saver: await openOne(),
    reopen: openOne,
    async close() {
      await clients[0]!.db(dbName).dropDatabase();
      for (const client of clients) await client.close();
    },
  };
}
