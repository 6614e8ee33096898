import { CheckpointSaver, type SerializerProtocol } from "@threadmark/core";
import { coreOptionsOf } from "@threadmark/core/storage";
import { checkClient, checkConnString, checkFolder } from "./check-client.ts";
import { openFolder } from "./folder.ts";
import {
  connectionOptionsOf,
  saverOptionsOf,
  type PostgresConnectionOptions,
  type PostgresOptions,
  type PostgresSaverOptions,
} from "./options.ts";
import { isPGlite, PgDatabase, PGliteDatabase, type PgClientLike, type PGliteLike } from "./pg.ts";
import { openPool } from "./pool.ts";
import { tablesIn } from "./schema.ts";
import type { SessionOptions } from "./session.ts";
import { PostgresStorage } from "./storage.ts";

const NOTHING = async (): Promise<void> => {};

/**
 * Keeps checkpoints in Postgres, or in PGlite.
 *
 * Call {@link setup} once. Errors from the database are passed on. `NOT_SET_UP` means that tables are missing,
 * `SCHEMA_TOO_NEW` that they belong to a newer version of this package.
 *
 * @example
 * const saver = new PostgresSaver(new pg.Pool({ connectionString }));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PostgresSaver extends CheckpointSaver {
  /**
   * @param client A `Pool` or `Client` of `pg`, or a `PGlite`. It stays yours: the saver does not close it. Add an
   * `error` listener to your pool, as `pg` requires.
   * @param serde A serializer, as in LangGraph.js's own `PostgresSaver`, or all options.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option, and for a client of another library, one that is not
   *   connected or one that has been ended.
   */
  constructor(
    client: PgClientLike | PGliteLike | PostgresStorage,
    serde?: SerializerProtocol | PostgresSaverOptions,
    options?: PostgresSaverOptions,
  ) {
    const given = saverOptionsOf(serde, options);
    super(client instanceof PostgresStorage ? client : storageOn(client, given), coreOptionsOf(given));
  }

  /**
   * A saver with its own connection pool, which {@link close} ends.
   *
   * @param connString For example `"postgres://user:password@localhost/agents"`.
   * @param options `pool`: any option of `pg`'s pool, for example `{ max: 5 }`.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option, or if `connString` is not a Postgres URL.
   */
  static fromConnString(connString: string, options?: PostgresConnectionOptions): PostgresSaver {
    checkConnString(connString);
    const { pool, rest } = connectionOptionsOf(options);
    const open = () => openPool({ ...pool, connectionString: connString }, rest.prepareStatements);
    return new PostgresSaver(storageOf(open, rest, { shared: true, autoSetup: false }), rest);
  }

  /**
   * A saver with its own database in a folder: PGlite, which needs no server and no setup. Only one process can have
   * it open: calls to a saver in another process reject with `STORAGE_FAILED`, even if it runs in another container
   * on the same volume. This needs `@electric-sql/pglite`.
   *
   * @param folder A path on a local file system. The folder is created if it does not exist.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   * @example
   * const saver = PostgresSaver.fromFolder("./threads");
   */
  static fromFolder(folder: string, options?: PostgresSaverOptions): PostgresSaver {
    checkFolder(folder);
    const given = saverOptionsOf(undefined, options);
    const storage = storageOf(() => openFolder(folder), given, { shared: false, autoSetup: true });
    return new PostgresSaver(storage, given);
  }
}

function storageOn(client: unknown, options: PostgresOptions): PostgresStorage {
  checkClient(client);
  const lite = isPGlite(client);
  const database = lite
    ? new PGliteDatabase(client, NOTHING)
    : new PgDatabase(client, { end: NOTHING, prepare: options.prepareStatements });
  return storageOf(async () => database, options, { shared: !lite, autoSetup: false });
}

function storageOf(
  open: SessionOptions["open"],
  { schema = "public", createSchema = true }: PostgresOptions,
  { shared, autoSetup }: { shared: boolean; autoSetup: boolean },
): PostgresStorage {
  const capabilities = { persistent: true, shared, scanAllThreads: true };
  return new PostgresStorage({ open, tables: tablesIn(schema), createSchema, autoSetup, capabilities });
}
