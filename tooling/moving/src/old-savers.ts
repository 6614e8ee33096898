import { randomUUID } from "node:crypto";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { MongoDBSaver, type MongoDBSaverParams } from "@langchain/langgraph-checkpoint-mongodb";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { RedisSaver } from "@langchain/langgraph-checkpoint-redis";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { servers, type Server } from "@threadmark/services";
import { MongoClient } from "mongodb-6";
import pg from "pg";
import { asBetterSqlite } from "./better-sqlite.ts";
import { redisStub } from "./redis-stub.ts";

/** One of LangGraph.js's own savers, empty. */
export interface OldStore {
  readonly saver: BaseCheckpointSaver;
  close(): Promise<void>;
}

export interface OldKind {
  readonly name: string;
  open(): Promise<OldStore>;
}

/** A name that no other test uses. */
export function newName(): string {
  return `old_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

export async function oldPostgres(
  server: Server,
  schema = newName(),
): Promise<OldStore & { schema: string }> {
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  const saver = new PostgresSaver(pool, undefined, { schema });
  await saver.setup();
  const close = async (): Promise<void> => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  };
  return { saver, schema, close };
}

async function oldMongoDB(server: Server): Promise<OldStore> {
  const client = new MongoClient(server.url);
  const dbName = newName();
  const params = { client, dbName } as unknown as MongoDBSaverParams;
  const saver = new MongoDBSaver(params);
  await saver.setup();
  const close = async (): Promise<void> => {
    await client.db(dbName).dropDatabase();
    await client.close();
  };
  return { saver, close };
}

/** The real saver on a real SQLite, that of Node: better-sqlite3 has to be compiled where it has no binary. */
async function openSqlite(file = ":memory:"): Promise<OldStore> {
  const { DatabaseSync: Database } = await import("node:sqlite");
  const db = new Database(file);
  // No test takes the power away.
  db.exec("PRAGMA synchronous = OFF");
  return { saver: new SqliteSaver(asBetterSqlite(db)), close: async () => db.close() };
}

/** The real saver on a stub of its commands: there is no server with RedisJSON and RediSearch to test with. */
async function oldRedis(): Promise<OldStore> {
  return { saver: new RedisSaver(redisStub() as never), close: async () => {} };
}

/** Every one that this run can have. */
export const oldKinds: readonly OldKind[] = [
  ...servers("postgres").map((server) => ({ name: "PostgresSaver", open: () => oldPostgres(server) })),
  ...servers("mongodb").map((server) => ({ name: "MongoDBSaver", open: () => oldMongoDB(server) })),
  { name: "SqliteSaver", open: () => openSqlite() },
  { name: "RedisSaver", open: oldRedis },
];
