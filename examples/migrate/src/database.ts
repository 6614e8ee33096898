import { PGlite } from "@electric-sql/pglite";
import pg from "pg";

/** The same database as a pool, which LangGraph.js's saver needs, and as ours takes it. */
interface Database {
  readonly pool: pg.Pool;
  readonly client: pg.Pool | PGlite;
}

/** `POSTGRES_URL`, or a folder that needs no server, by PGlite. */
export async function openDatabase(): Promise<Database> {
  const { POSTGRES_URL: url, FOLDER: folder = "./threads" } = process.env;
  if (url !== undefined && url !== "") {
    const pool = new pg.Pool({ connectionString: url });
    return { pool, client: pool };
  }
  const lite = await PGlite.create(folder);
  const query = (text: string, values?: unknown[]) =>
    values === undefined ? lite.exec(text).then((results) => results.at(-1)) : lite.query(text, values);
  const pool = { query, connect: async () => ({ query, release: () => {} }), end: () => lite.close() };
  return { pool: pool as unknown as pg.Pool, client: lite };
}
