import { Socket } from "node:net";
import { PostgresSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { OnlyPut } from "../only-put.ts";
import type { OpenPlace, Saver, Target } from "../place.ts";
import { TrafficCounter } from "../traffic.ts";

export const places: Readonly<Record<string, OpenPlace>> = {
  ours: opener(async (pool, schema) => {
    const saver = new PostgresSaver(pool, { schema });
    await saver.setup();
    return saver;
  }),
  official: opener(async (pool, schema) => {
    const saver = new OfficialSaver(pool, undefined, { schema });
    await saver.setup();
    return saver;
  }),
  floor: opener(async (pool, schema) => {
    await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await pool.query(`CREATE TABLE IF NOT EXISTS ${schema}.plain (id text PRIMARY KEY, bytes bytea)`);
    const text = `INSERT INTO ${schema}.plain VALUES ($1, $2)`;
    return new OnlyPut(async (id, bytes) => {
      await pool.query({ name: "insert", text, values: [id, bytes] });
    });
  }),
};

function opener(open: (pool: pg.Pool, schema: string) => Promise<Saver>): OpenPlace {
  return async ({ url, name, connections }: Target) => {
    const traffic = new TrafficCounter();
    const pool = countedPool(url, connections, traffic);
    return {
      saver: await open(pool, name),
      workflows: false,
      reopen: () => open(pool, name),
      traffic: () => traffic.read(),
      [Symbol.asyncDispose]: () => pool.end(),
    };
  };
}

/** A round trip ends when the server says that it is ready for the next query. */
function countedPool(url: string, max: number, traffic: TrafficCounter): pg.Pool {
  const stream = (): Socket => {
    const socket = new Socket();
    traffic.add(socket);
    return socket;
  };
  const pool = new pg.Pool({ connectionString: url, max, idleTimeoutMillis: 0, stream });
  pool.on("connect", (client) => {
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    connection.on("readyForQuery", () => traffic.roundTrips++);
  });
  return pool;
}
