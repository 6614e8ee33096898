import { nameOf, servers, type Server } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import { DRIVERS, newName } from "./database.ts";

/** A way to open savers. */
export interface Subject {
  readonly name: string;
  /** For the table at the end of the run. */
  readonly server: Server;
  readonly open: (options?: MongoDBSaverOptions) => Promise<Opened>;
  /** Groups of clauses to run. @default all */
  readonly only?: readonly string[];
}

/** A fresh database with a saver on it. */
interface Opened {
  readonly saver: MongoDBSaver;
  /** Another saver on the same data, as another process has it. */
  reopen(): Promise<MongoDBSaver>;
  close(): Promise<void>;
}

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

/** Where a driver sends commands and reads answers, and where it says what went wrong. */
const OF_DRIVERS = ["put", "get", "list", "writes", "values", "binary", "concurrency", "fence", "reopen"];

/**
 * The other ways: the older driver, which is also that of a service without the stages of `aggregate`. How a saver
 * reads does not depend on the driver, nor what a driver does on the server, so not all combinations run all clauses.
 */
export const otherWays: readonly Subject[] = [
  ...servers("mongodb").map((server) => subject(server, 6, { aggregates: false })),
  ...servers("mongodb-replica-set").map((server) => ({ ...subject(server, 6), only: OF_DRIVERS })),
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
