export type { PostgresConnectionOptions, PostgresOptions, PostgresSaverOptions } from "./options.ts";
export { PostgresSaver } from "./saver.ts";
export type { PGliteLike, PgClientLike } from "./pg.ts";
export { setupSql } from "./schema.ts";
