import { wrongOption } from "@threadmark/core/storage";
import type { MongoClientLike } from "./driver.ts";

/** A connection of Mongoose, whose client is used. */
export interface MongooseConnectionLike {
  /** The database that it is connected to. */
  readonly name?: string | undefined;
  /** `undefined` before it is connected. */
  getClient(): MongoClientLike | null | undefined;
  /** Settles when it is connected. */
  asPromise?(): Promise<unknown>;
}

/** Drivers before this version lack what is used here. */
const OLDEST_MAJOR = 6;

/**
 * How to get the client from what was passed as one.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for anything else, with what to give instead.
 */
export function givenClient(given: unknown): () => Promise<MongoClientLike> {
  const connection = connectionIn(given);
  if (connection) return () => clientOf(connection);
  const problem = problemOf(given);
  if (problem !== undefined) refuse(problem);
  introduce(given as MongoClientLike);
  return async () => given as MongoClientLike;
}

/**
 * The parameters of a constructor, which may have been given the client itself, or what stands for one.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`
 */
export function paramsIn<T extends object>(given: T): T {
  const { db, collection, getClient } = fieldsOf(given);
  const isClient = [db, collection, getClient].some((method) => typeof method === "function");
  if (isClient || Array.isArray(given))
    refuse("must be a property of an object: new MongoDBSaver({ client })");
  if (typeof given !== "object" || given === null) givenClient(given);
  return given;
}

/** A connection of Mongoose, or the default one of Mongoose itself. */
function connectionIn(given: unknown): MongooseConnectionLike | undefined {
  const { getClient, connection } = fieldsOf(given);
  if (typeof getClient === "function") return given as MongooseConnectionLike;
  return connection === undefined ? undefined : connectionIn(connection);
}

/** Its client; the default database is that of the connection, known only when it is connected. */
async function clientOf(connection: MongooseConnectionLike): Promise<MongoClientLike> {
  await connection.asPromise?.();
  const client = connection.getClient();
  if (!client) refuse("is a connection of Mongoose that is not connected; connect it first");
  return { db: (name = connection.name) => client.db(name), close: async () => {} };
}

function problemOf(given: unknown): string | undefined {
  if (typeof given === "string") {
    return "must be a MongoClient; for a connection string use MongoDBSaver.fromConnString(url, options)";
  }
  const { db, collection, databaseName, isConnected, options } = fieldsOf(given);
  if (typeof collection === "function" && databaseName !== undefined) {
    return "is a Db; give its client, and its name as dbName: { client: db.client, dbName: db.databaseName }";
  }
  if (typeof db !== "function") return "must be a MongoClient of mongodb";
  const { version } = fieldsOf(fieldsOf(fieldsOf(options)["metadata"])["driver"]);
  const major = typeof version === "string" ? Number.parseInt(version, 10) : OLDEST_MAJOR;
  // A client of driver 3 does not say its version, and has a method that later ones lack.
  if (typeof isConnected !== "function" && !(major < OLDEST_MAJOR)) return undefined;
  return `is a MongoClient of an old driver; mongodb ${OLDEST_MAJOR}.21 or newer is needed`;
}

/** Whatever it is, its properties can be read. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject ? (value as Record<string, unknown>) : {};
}

function refuse(problem: string): never {
  throw wrongOption("client", problem);
}

/** Servers log which library uses a client; older drivers cannot send this later. */
function introduce(client: MongoClientLike & { appendMetadata?: (info: { name: string }) => void }): void {
  client.appendMetadata?.({ name: "threadmark" });
}
