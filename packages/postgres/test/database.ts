import { randomUUID } from "node:crypto";
import { firstServer, type Server } from "@threadmark/services";
import { PostgresSaver, type PostgresSaverOptions } from "@threadmark/postgres";
import pg from "pg";
import { afterAll } from "vitest";

/** The newest Postgres of this run. */
export const newest: Server = firstServer("postgres");

/** A name that no other test uses. */
export function newName(): string {
  return `t_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** An empty schema of its own, removed after the file or the `describe`. */
export function useSchema(server: Server = newest): { schema: string; pool: pg.Pool } {
  const schema = newName();
  const pool = new pg.Pool({ connectionString: server.url, max: 20 });
  pool.on("error", () => {});
  afterAll(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });
  return { schema, pool };
}

/** A saver on a pool, set up. */
export async function openSaver(
  pool: pg.Pool,
  schema: string,
  options: PostgresSaverOptions = {},
): Promise<PostgresSaver> {
  const saver = new PostgresSaver(pool, { ...options, schema });
  await saver.setup();
  return saver;
}
