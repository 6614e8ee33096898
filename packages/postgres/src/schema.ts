import { checkOptions, utf8Length, wrongOption } from "@threadmark/core/storage";
import { markIndexes } from "./statements/marks.ts";
import { isTime } from "./statements/sealed-time.ts";

/** Names of the tables, qualified and quoted. */
export interface Tables {
  readonly schema: string;
  readonly migrations: string;
  readonly threads: string;
  readonly checkpoints: string;
  readonly writes: string;
  readonly blobs: string;
}

/** Postgres would cut off longer names without an error. */
const MAX_NAME_BYTES = 63;

/**
 * The tables in a schema. The name is quoted, so that it can neither end its statement nor change case.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for anything that cannot be the name of a schema.
 */
export function tablesIn(schema: string): Tables {
  const bytes = typeof schema === "string" ? utf8Length(schema) : 0;
  if (bytes === 0 || bytes > MAX_NAME_BYTES || schema.includes("\0") || !schema.isWellFormed()) {
    throw wrongOption("schema", `must be a name of 1 to ${MAX_NAME_BYTES} bytes without NUL`);
  }
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  const table = (name: string) => `${quoted}."threadmark_${name}"`;
  return {
    schema: quoted,
    migrations: table("migrations"),
    threads: table("threads"),
    checkpoints: table("checkpoints"),
    writes: table("writes"),
    blobs: table("blobs"),
  };
}

/**
 * Each step brings the schema to the next version. Steps are only ever added, and each may run on a database that has
 * it already: two setups at the same moment both send what they found missing.
 */
const MIGRATIONS: readonly ((tables: Tables) => string)[] = [
  (tables) => threadsTable(tables) + contentTables(tables) + markIndexes(tables),
];

function threadsTable({ threads }: Tables): string {
  return `
-- A thread. Every write locks its row first. Times are milliseconds since 1970, times 65537, plus the last 16 bits of
-- mark, so that damage shows; zero is none.
CREATE TABLE IF NOT EXISTS ${threads} (
  thread text COLLATE "C" PRIMARY KEY,
  -- Stands for the thread in the table of blobs, which has by far the most rows.
  number bigint GENERATED ALWAYS AS IDENTITY,
  -- Changes whenever blobs may have been removed.
  epoch text NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  expires bigint NOT NULL,
  -- The thread's own time to live: -1 for never, NULL for none.
  own_ttl bigint,
  -- Metadata: key → {"token", "value" in base64, "seal"}.
  entries jsonb NOT NULL DEFAULT '{}',
  -- Who owns the thread, and until when.
  claim text,
  claim_until bigint NOT NULL,
  -- Hashes of the thread, of its entries, and of what is neither of them nor a time; see the indexes of damaged rows.
  mark integer NOT NULL,
  entries_mark integer NOT NULL,
  state_mark integer NOT NULL,
  -- An index on the minute stays as it is from put to put. Postgres can then replace the row in its page.
  updated_minute bigint NOT NULL,
  -- The same, with the bits of mark turned over.
  minute_mark bigint NOT NULL
) WITH (fillfactor = 50);
-- Threads, newest first.
CREATE INDEX IF NOT EXISTS threadmark_threads_by_update ON ${threads} (updated_minute);
-- Threads by their metadata.
CREATE INDEX IF NOT EXISTS threadmark_threads_by_entry ON ${threads} USING gin (entries jsonb_path_ops);
-- Expired threads.
CREATE INDEX IF NOT EXISTS threadmark_threads_by_expiry ON ${threads} (expires) WHERE ${isTime("expires")};
`;
}

function contentTables({ checkpoints, writes, blobs }: Tables): string {
  return `
CREATE TABLE IF NOT EXISTS ${checkpoints} (
  thread text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  parent text COLLATE "C",
  -- Checksums of 32 bits, made and checked by core, as in the table of writes.
  parent_seal bigint NOT NULL,
  seal bigint NOT NULL,
  -- The number of the thread, and a hash of the key, run and tokens; see the indexes of damaged rows.
  owner bigint NOT NULL,
  mark integer NOT NULL,
  run text COLLATE "C",
  header bytea NOT NULL,
  -- Exactly what was passed in, and then what filters compare: a short text for every key.
  metadata bytea NOT NULL,
  tokens jsonb NOT NULL,
  -- Ids of blobs, 16 bytes each.
  refs bytea NOT NULL,
  PRIMARY KEY (thread, namespace, id)
);
-- Checkpoints of all threads, oldest first and read backwards, so that new ones fill the last page.
CREATE INDEX IF NOT EXISTS threadmark_checkpoints_by_id ON ${checkpoints} (id, thread DESC, namespace DESC);
-- Threads of a run.
CREATE INDEX IF NOT EXISTS threadmark_checkpoints_by_run ON ${checkpoints} (run, thread) WHERE run IS NOT NULL;

-- Writes of tasks. Their checkpoint need not exist.
CREATE TABLE IF NOT EXISTS ${writes} (
  thread text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  checkpoint text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  idx integer NOT NULL,
  path text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  value bytea NOT NULL,
  refs bytea NOT NULL,
  seal bigint NOT NULL,
  -- The number of the thread, and a hash of where the checkpoint is.
  owner bigint NOT NULL,
  mark integer NOT NULL,
  PRIMARY KEY (thread, namespace, checkpoint, task, idx)
);

-- Pieces of values, named by their content. An odd id means a list of ids; else, 0 and the piece, or 1 and it deflated.
CREATE TABLE IF NOT EXISTS ${blobs} (
  thread bigint NOT NULL,
  id bytea NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (thread, id)
);
`;
}

/** The version that this code works with. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** A number that no other program is likely to lock. */
const SETUP_LOCK = 7_246_101_950_377;

/** What to set up. */
export interface SetupPlan {
  readonly createSchema: boolean;
  /** The version that the database has; 0 for none. */
  readonly from: number;
}

/**
 * The SQL that brings a database from a given version to {@link SCHEMA_VERSION}, to be run in one
 * transaction. It can be run any number of times, and concurrent runs wait for each other.
 */
export function setupScript(tables: Tables, { createSchema, from }: SetupPlan): string {
  const steps = MIGRATIONS.slice(from).map(
    (migration, i) => `${migration(tables)}
INSERT INTO ${tables.migrations} (version) VALUES (${from + i + 1}) ON CONFLICT DO NOTHING;
`,
  );
  return `SELECT pg_advisory_xact_lock(${SETUP_LOCK});
${createSchema ? `CREATE SCHEMA IF NOT EXISTS ${tables.schema};\n` : ""}
CREATE TABLE IF NOT EXISTS ${tables.migrations} (
  version integer PRIMARY KEY,
  applied timestamptz NOT NULL DEFAULT now()
);
${steps.join("")}`;
}

/**
 * The SQL of a setup, for a database where the application may not create tables. Running it again
 * changes nothing.
 *
 * @param options `schema`: where the tables go. `createSchema`: whether to create it.
 * @throws CheckpointError `INVALID_ARGUMENT` for an unknown option, or anything that cannot be the name of a schema.
 * @example
 * console.log(setupSql({ schema: "agents" }));
 */
export function setupSql(
  options: { readonly schema?: string; readonly createSchema?: boolean } = {},
): string {
  checkOptions(options, "setupSql", { schema: true, createSchema: true });
  const { schema = "public", createSchema = schema !== "public" } = options;
  return `BEGIN;\n${setupScript(tablesIn(schema), { createSchema, from: 0 })}COMMIT;\n`;
}
