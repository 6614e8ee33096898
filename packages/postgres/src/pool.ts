import { loadPg } from "./load-driver.ts";
import { PgDatabase, type Database } from "./pg.ts";

/** Options of `pg`'s pool, which are passed on unread. */
export type PoolOptions = Readonly<Record<string, unknown>>;

/** A pool of our own. `pg` is loaded only here, since a saver on PGlite does not need it. */
export async function openPool(options: PoolOptions, prepare: boolean | undefined): Promise<Database> {
  const { default: pg } = await loadPg();
  const pool = new pg.Pool({ ...options });
  // Without a listener, a server that closes an idle connection would end the process. The pool has dropped
  // that connection by then, and no call was lost with it.
  pool.on("error", () => {});
  return new PgDatabase(pool, { end: () => pool.end(), prepare });
}
