import { randomUUID } from "node:crypto";
import { firstServer, nameOf, servers, type Server } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import { MongoClient, type MongoClientOptions } from "mongodb";
import { MongoClient as MongoClient6 } from "mongodb-6";
import { afterAll } from "vitest";

export const standalone: Server = firstServer("mongodb");

export const replicaSet: Server = firstServer("mongodb-replica-set");

/** All servers of this run, with titles for tests. */
export const onServers: readonly { readonly title: string; readonly server: Server }[] = [
  ...servers("mongodb"),
  ...servers("mongodb-replica-set"),
].map((server) => ({ title: nameOf(server), server }));

/** A name that no other test uses. */
export function newName(): string {
  return `t_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** Both majors of the driver. */
export const DRIVERS = { 7: MongoClient, 6: MongoClient6 } as const;

/** A client and a database of its own, removed after the file or the `describe`. */
export function useDatabase(
  server: Server = standalone,
  options: MongoClientOptions = {},
): { readonly client: MongoClient; readonly dbName: string } {
  const client = new MongoClient(server.url, options);
  const dbName = newName();
  afterAll(async () => {
    await client.db(dbName).dropDatabase();
    await client.close();
  });
  return { client, dbName };
}

/** A saver, set up. */
export async function openSaver(
  client: MongoClient,
  dbName: string,
  options: MongoDBSaverOptions = {},
): Promise<MongoDBSaver> {
  const saver = new MongoDBSaver({ client, dbName, ...options });
  await saver.setup();
  return saver;
}
