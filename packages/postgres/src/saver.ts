import { CheckpointSaver, type CheckpointSaverOptions, type SerializerProtocol } from "@threadmark/core";
import { coreOptionsOf } from "@threadmark/core/storage";
import { openFolder } from "./folder.ts";
import { isPGlite, PgDatabase, PGliteDatabase, type PgClientLike, type PGliteLike } from "./pg.ts";
import { openPool, type PoolOptions } from "./pool.ts";
import { tablesIn } from "./schema.ts";
import type { SessionOptions } from "./session.ts";
import { PostgresStorage } from "./storage.ts";

/** Where the tables are. */
export interface PostgresOptions {
  /** Schema of the tables, all of which are called `threadmark_…`. @default "public" */
  readonly schema?: string | undefined;
  /** Whether {@link PostgresSaver.setup} creates the schema when it is not there. @default true */
  readonly createSchema?: boolean | undefined;
  /**
   * Whether connections keep the statements of `put`, `putWrites` and `getTuple` prepared under names,
   * which saves the server planning them each time. Leave it off behind a pooler in transaction mode
   * that does not track such statements. PGlite ignores it.
   * @default false
   */
  readonly prepareStatements?: boolean | undefined;
}

/** Options of {@link PostgresSaver}. */
export interface PostgresSaverOptions extends CheckpointSaverOptions, PostgresOptions {}

const NOTHING = async (): Promise<void> => {};

/**
 * Keeps checkpoints in Postgres, or in PGlite.
 *
 * Call {@link setup} once. Errors of the database come through as they are; `NOT_SET_UP` says that
 * tables are missing, `SCHEMA_TOO_NEW` that they belong to a newer version of this package.
 *
 * @example
 * const saver = new PostgresSaver(new pg.Pool({ connectionString }));
 * await saver.setup();
 * const graph = builder.compile({ checkpointer: saver });
 */
export class PostgresSaver extends CheckpointSaver {
  /**
   * @param client A `Pool` or `Client` of `pg`, or a `PGlite`. It stays yours: nothing closes it. Add a
   *   listener for `error` to your pool, as `pg` asks for.
   * @param serde A serializer, as LangGraph.js's own `PostgresSaver` takes it; or all options.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  constructor(
    client: PgClientLike | PGliteLike | PostgresStorage,
    serde?: SerializerProtocol | PostgresSaverOptions,
    options: PostgresSaverOptions = {},
  ) {
    const given = serde && "dumpsTyped" in serde ? { ...options, serde } : { ...serde, ...options };
    super(client instanceof PostgresStorage ? client : storageOn(client, given), coreOptionsOf(given));
  }

  /**
   * A saver with a connection pool of its own, which {@link close} ends.
   *
   * @param connString For example `"postgres://user:password@localhost/agents"`.
   * @param options `pool`: any option of `pg`'s pool, for example `{ max: 5 }`.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  static fromConnString(
    connString: string,
    options: PostgresSaverOptions & { readonly pool?: PoolOptions | undefined } = {},
  ): PostgresSaver {
    const { pool, ...rest } = options;
    const open = () => openPool({ ...pool, connectionString: connString }, rest.prepareStatements ?? false);
    return new PostgresSaver(storageOf(open, rest, { shared: true, autoSetup: false }), rest);
  }

  /**
   * A saver with a database of its own in a folder: PGlite, which needs no server and no set-up. Only one
   * process can have it open. Install `@electric-sql/pglite` for it.
   *
   * @param folder Created when it is not there.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   * @example
   * const saver = PostgresSaver.fromFolder("./threads");
   */
  static fromFolder(folder: string, options: PostgresSaverOptions = {}): PostgresSaver {
    const open = () => openFolder(folder);
    return new PostgresSaver(storageOf(open, options, { shared: false, autoSetup: true }), options);
  }
}

function storageOn(client: PgClientLike | PGliteLike, options: PostgresOptions): PostgresStorage {
  const lite = isPGlite(client);
  const prepare = options.prepareStatements ?? false;
  const database = lite
    ? new PGliteDatabase(client, NOTHING)
    : new PgDatabase(client, { end: NOTHING, prepare });
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
