import { Socket } from "node:net";
import { PostgresSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import type { Contestant, DatabaseRecipe, Place, Saver } from "../contestant.ts";
import { TrafficCounter } from "../traffic.ts";
import { insertTable } from "./prepared-insert.ts";

const REMARKS = `Round trips and bytes are counted at the sockets of \`pg\`. *disk* is everything that the tables take at the end,
including indexes. A server that the tests start keeps its data in memory; on a disk, every commit of either saver also
takes the time of one write to that disk.`;

/** Postgres, with LangGraph.js's own saver. */
export const postgres: DatabaseRecipe = {
  id: "postgres",
  servers: ["postgres:17"],
  async open(url, version) {
    return {
      id: "postgres",
      subject: "@threadmark/postgres",
      server: `Postgres ${version}`,
      stores: ["disk"],
      trips: "round trips",
      remarks: REMARKS,
      contestants: [
        contestant(url, "@threadmark/postgres", (pool, schema) => openOurs(pool, schema, false)),
        contestant(url, "@langchain/langgraph-checkpoint-postgres", async (pool, schema) => {
          const saver = new OfficialSaver(pool, undefined, { schema });
          await saver.setup();
          return saver;
        }),
        contestant(url, "@threadmark/postgres with `prepareStatements`", (pool, schema) =>
          openOurs(pool, schema, true),
        ),
      ],
      details: () => insertTable(url),
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function openOurs(pool: pg.Pool, schema: string, prepareStatements: boolean): Promise<Saver> {
  const saver = new PostgresSaver(pool, { schema, prepareStatements });
  await saver.setup();
  return saver;
}

function contestant(
  url: string,
  name: string,
  open: (pool: pg.Pool, schema: string) => Promise<Saver>,
): Contestant {
  const schema = `bench_${name.replaceAll(/\W+/g, "_").toLowerCase()}`.slice(0, 60);
  return {
    name,
    async open(connections): Promise<Place> {
      const direct = new pg.Pool({ connectionString: url, max: 1 });
      const traffic = new TrafficCounter();
      const pool = countedPool(url, connections, traffic);
      await direct.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      return {
        saver: await open(pool, schema),
        reopen: () => open(pool, schema),
        traffic: async () => traffic.read(),
        stored: async () => [await diskOf(direct, schema)],
        async [Symbol.asyncDispose]() {
          await direct.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
          await pool.end();
          await direct.end();
        },
      };
    },
  };
}

/** A round trip ends when the server says that it is ready for the next query. */
function countedPool(url: string, max: number, traffic: TrafficCounter): pg.Pool {
  const stream = (): Socket => {
    const socket = new Socket();
    traffic.add(socket);
    return socket;
  };
  const pool = new pg.Pool({ connectionString: url, max, stream });
  pool.on("connect", (client) => {
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    connection.on("readyForQuery", () => traffic.roundTrips++);
  });
  return pool;
}

async function diskOf(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relnamespace = $1::regnamespace`,
    [schema],
  );
  return Number(rows[0]!.bytes);
}
