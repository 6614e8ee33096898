export { PostgresSaver, type PostgresOptions, type PostgresSaverOptions } from "./saver.ts";
export type { PGliteLike, PgClientLike } from "./pg.ts";
export { setupSql } from "./schema.ts";
