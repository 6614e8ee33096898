import { Redis } from "ioredis";
import type { CheckpointSaver, OldSaver } from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import { MongoDBSaver } from "@threadmark/mongodb";
import { PostgresSaver } from "@threadmark/postgres";
import { RedisSaver } from "@threadmark/redis";
import { servers } from "@threadmark/services";
import { MongoClient } from "mongodb-6";
import pg from "pg";
import { newName } from "./old-savers.ts";

/** One of our savers, empty. */
interface NewStore {
  readonly saver: CheckpointSaver;
  close(): Promise<void>;
}

export interface NewKind {
  readonly name: string;
  open(options?: { readonly adopt?: OldSaver }): Promise<NewStore>;
}

/** One of every kind that this run can have. */
export const newKinds: readonly NewKind[] = [
  {
    name: "MemorySaver",
    open: async (options) => ({ saver: new MemorySaver(options), close: async () => {} }),
  },
  ...servers("postgres").map(({ url }): NewKind => ({
    name: "PostgresSaver",
    async open(options) {
      const pool = new pg.Pool({ connectionString: url, max: 4 });
      const schema = newName();
      const saver = new PostgresSaver(pool, { ...options, schema });
      await saver.setup();
      const close = async (): Promise<void> => {
        await pool.query(`DROP SCHEMA ${schema} CASCADE`);
        await pool.end();
      };
      return { saver, close };
    },
  })),
  ...servers("mongodb").map(({ url }): NewKind => ({
    name: "MongoDBSaver",
    async open(options) {
      const client = new MongoClient(url);
      const dbName = newName();
      const saver = new MongoDBSaver({ client, dbName, ...options });
      const close = async (): Promise<void> => {
        await client.db(dbName).dropDatabase();
        await client.close();
      };
      return { saver, close };
    },
  })),
  ...servers("redis").map(({ url }): NewKind => ({
    name: "RedisSaver",
    async open(options) {
      const client = new Redis(url);
      const keyPrefix = newName();
      const close = async (): Promise<void> => {
        const keys = await client.keys(`${keyPrefix}*`);
        if (keys.length > 0) await client.del(keys);
        await client.quit();
      };
      return { saver: new RedisSaver(client, { ...options, keyPrefix }), close };
    },
  })),
];
