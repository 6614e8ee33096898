import { clockFinding, notSetUp, note, ok, SWEEP_MILLISECONDS, sweepFinding, wrong } from "./checks.ts";
import type { Finding, ServerCheck } from "./checks.ts";

interface PgClient {
  connect(): Promise<void>;
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
  on(event: "error", then: () => void): void;
}

type Ask = (text: string, ...values: unknown[]) => Promise<string>;

const TABLES = ["threads", "checkpoints", "writes", "blobs"];
const RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/** Version, role, pooler, durability, clock, schema, rights and sweeping of a Postgres. */
export const checkPostgres: ServerCheck = async ({ target }, { schema = "public" }, load) => {
  const module = await load("pg");
  const { Client } = (module["default"] ?? module) as { Client: new (options: object) => PgClient };
  const open = async (): Promise<PgClient> => {
    const client = new Client({ connectionString: target, connectionTimeoutMillis: 10_000 });
    // The query that fails says what is wrong.
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  const [client, other] = [await open(), await open()];
  const asking =
    (one: PgClient): Ask =>
    async (text, ...values) => {
      const { rows } = await one.query(text, values);
      return String(Object.values(rows[0] ?? {})[0]);
    };
  try {
    const ask = asking(client);
    return [
      versionFinding(Number(await ask("SHOW server_version_num"))),
      await roleFinding(ask),
      await poolerFinding(client, ask, asking(other)),
      durabilityFinding(await ask("SHOW fsync"), await ask("SHOW synchronous_commit")),
      clockFinding(Number(await ask("SELECT extract(epoch FROM clock_timestamp()) * 1000"))),
      ...(await tableFindings(ask, schema)),
    ];
  } finally {
    await Promise.all([client.end(), other.end()]);
  }
};

function versionFinding(version: number): Finding {
  const text = `Postgres ${Math.floor(version / 10_000)}.${version % 100}`;
  return version >= 130_000 ? ok("version", text) : wrong("version", text, "update to 13 or newer");
}

async function roleFinding(ask: Ask): Promise<Finding> {
  if ((await ask("SELECT pg_is_in_recovery()")) === "true")
    return wrong("role", "a standby, which accepts no writes", "use the address of the primary");
  if ((await ask("SHOW default_transaction_read_only")) === "on")
    return wrong("role", "default_transaction_read_only is on", "turn it off for this role or database");
  return ok("role", "accepts writes");
}

/**
 * Two clients that are connected at the same time have two server processes, unless a pooler shares one between them.
 */
async function poolerFinding(client: PgClient, ask: Ask, other: Ask): Promise<Finding> {
  try {
    await client.query("BEGIN");
    await client.query("ROLLBACK");
  } catch {
    return wrong(
      "pooler",
      "a pooler in statement mode, which refuses transactions",
      "set pool_mode = transaction",
    );
  }
  const pid = "SELECT pg_backend_pid()";
  if ((await ask(pid)) !== (await other(pid))) return ok("pooler", "none, or one in session mode");
  return note(
    "pooler",
    "a pooler in transaction mode, which is supported",
    "if it does not track prepared statements, prepareStatements: false avoids one failing call per process",
  );
}

function durabilityFinding(fsync: string, sync: string): Finding {
  if (fsync === "off")
    return wrong(
      "durability",
      "fsync is off: a crash of the machine may destroy the database",
      "set fsync = on in postgresql.conf",
    );
  return sync === "off"
    ? note(
        "durability",
        "synchronous_commit is off: the last writes before a crash may be lost",
        "turn it on if threads must not lose their last step",
      )
    : ok("durability", `fsync on, synchronous_commit ${sync}`);
}

/** The tables in a schema: their version, what this role may do with them, and what has expired in them. */
async function tableFindings(ask: Ask, schema: string): Promise<Finding[]> {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  const migrations = `${quoted}.threadmark_migrations`;
  if ((await ask("SELECT to_regclass($1) IS NULL", migrations)) === "true")
    return [notSetUp(`schema ${quoted}`)];
  const lacking: string[] = [];
  for (const name of TABLES) {
    const table = `${quoted}.threadmark_${name}`;
    for (const right of RIGHTS) {
      const sql = "SELECT coalesce(has_table_privilege(to_regclass($1), $2), false)";
      if ((await ask(sql, table, right)) !== "true") lacking.push(`${right} on ${table}`);
    }
  }
  if (lacking.length > 0) return [rightsFinding(lacking)];
  const [threads, before] = [`${quoted}.threadmark_threads`, Date.now() - SWEEP_MILLISECONDS];
  // As times are stored: a multiple of this, plus a remainder; and there may be none.
  const expired = "expires >= 65537 AND expires < $1::bigint * 65537";
  const version = await ask(`SELECT max(version) FROM ${migrations}`);
  return [
    ok("schema", `version ${version} in ${quoted}`),
    ok("rights", "this role may read and write all tables"),
    sweepFinding(Number(await ask(`SELECT count(*) FROM ${threads} WHERE ${expired}`, before))),
  ];
}

function rightsFinding(lacking: readonly string[]): Finding {
  return wrong(
    "rights",
    `this role lacks ${lacking.join(", ")}`,
    "grant them, for example: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO …",
  );
}
