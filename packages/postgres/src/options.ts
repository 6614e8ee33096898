import type { CheckpointSaverOptions, SerializerProtocol } from "@threadmark/core";
import {
  checkOptions,
  kindOf,
  SAVER_OPTIONS,
  SAVER_OPTIONS_INSTEAD,
  type OptionNames,
  type UseInstead,
  wrongOption,
} from "@threadmark/core/storage";
import type { PoolOptions } from "./pool.ts";

/** Where the tables are. */
export interface PostgresOptions {
  /** Schema of the tables, whose names all begin with `threadmark_`. @default "public" */
  readonly schema?: string | undefined;
  /** Whether `setup` creates the schema when it does not exist. @default true */
  readonly createSchema?: boolean | undefined;
  /**
   * Whether connections keep the statements of frequent calls prepared under names, which saves the server planning
   * them each time. Behind a pooler that does not track named statements, the first one that fails is sent again
   * without a name, and from then on the pool uses no names. PGlite ignores this option.
   * @default true for a pool; false for a single client, whose transaction, if you have begun one, would be aborted
   */
  readonly prepareStatements?: boolean | undefined;
}

/** Options of `PostgresSaver`. */
export interface PostgresSaverOptions extends CheckpointSaverOptions, PostgresOptions {}

/** Options of `PostgresSaver.fromConnString`. */
export interface PostgresConnectionOptions extends PostgresSaverOptions {
  /** Any option of the pool of `pg`, for example `{ max: 5 }`. @default those of `pg` */
  readonly pool?: PoolOptions | undefined;
}

const NAMES: OptionNames<PostgresSaverOptions> = {
  ...SAVER_OPTIONS,
  schema: true,
  createSchema: true,
  prepareStatements: true,
};

/** Options of `pg`, and what other packages call ours. */
const INSTEAD: UseInstead = {
  ...SAVER_OPTIONS_INSTEAD,
  schemaName: "schema",
  tablePrefix: "schema: the tables have distinct names in it",
  ensureTables: "`await saver.setup()`",
  ...Object.fromEntries(
    ["max", "min", "ssl", "connectionTimeoutMillis", "idleTimeoutMillis", "poolConfig"].map((name) => [
      name,
      "pool of `PostgresSaver.fromConnString`, which takes all options of `pg`'s pool",
    ]),
  ),
};

/**
 * The options of a constructor, whose second argument can be a serializer, as with LangGraph.js's own saver.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for an option that does not exist.
 */
export function saverOptionsOf(
  serde: SerializerProtocol | PostgresSaverOptions | undefined,
  options: PostgresSaverOptions | undefined,
): PostgresSaverOptions {
  const owner = "PostgresSaver";
  const isSerde = typeof serde === "object" && serde !== null && "dumpsTyped" in serde;
  if (!isSerde) checkOptions(serde, owner, NAMES, INSTEAD);
  checkOptions(options, owner, NAMES, INSTEAD);
  const given = isSerde ? { ...options, serde } : { ...serde, ...options };
  for (const name of ["createSchema", "prepareStatements"] as const) {
    if (given[name] === undefined || typeof given[name] === "boolean") continue;
    throw wrongOption(name, `must be true or false, not ${kindOf(given[name])}`);
  }
  return given;
}

/** @throws CheckpointError `INVALID_ARGUMENT` for an option that does not exist, or that belongs to the pool. */
export function connectionOptionsOf(options: PostgresConnectionOptions | undefined): {
  readonly pool: PoolOptions;
  readonly rest: PostgresSaverOptions;
} {
  checkOptions(options, "PostgresSaver.fromConnString", { ...NAMES, pool: true }, INSTEAD);
  const { pool = {}, ...rest } = options ?? {};
  if (typeof pool !== "object" || pool === null) {
    throw wrongOption("pool", `must be an object with options of \`pg\`, not ${kindOf(pool)}`);
  }
  return { pool, rest: saverOptionsOf(undefined, rest) };
}
