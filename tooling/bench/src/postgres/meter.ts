import pg from "pg";
import type { Meter } from "../place.ts";

/**
 * Processor time of all processes of the server, from the kernel of its machine: nanoseconds of those that
 * run, and what the first one has counted, in hundredths of a second, of those that have ended.
 */
const USE = `
  SELECT (SELECT sum(split_part(pg_read_file('/proc/' || pid || '/schedstat'), ' ', 1)::float8) / 1e6
          FROM (SELECT pid FROM pg_stat_activity UNION SELECT pid FROM main) AS running)
    + (SELECT (fields[14]::float8 + fields[15]::float8) * 10 FROM main, LATERAL (
        SELECT string_to_array(regexp_replace(pg_read_file('/proc/' || pid || '/stat'), '^.*\\) ', ''), ' ')
      ) AS stat (fields)) AS cpu,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS log
  FROM main`;
const MAIN = "WITH main AS (SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid)";

/** Needs a superuser, and a server on Linux. */
export async function openMeter(url: string): Promise<Meter> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const number = async (text: string, values: unknown[]): Promise<number> => {
    const { rows } = await client.query<{ number: string }>(text, values);
    return Number(rows[0]!.number);
  };
  return {
    async use() {
      const { rows } = await client.query<{ cpu: number; log: string }>(`${MAIN} ${USE}`);
      return { cpu: rows[0]!.cpu, log: Number(rows[0]!.log) };
    },
    stored: async (name) => [
      await number(
        `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS number FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = $1`,
        [name],
      ),
    ],
    async remove(name) {
      await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
