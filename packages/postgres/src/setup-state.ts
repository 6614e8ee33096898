import { CheckpointError } from "@threadmark/core/storage";
import type { Row, Statement } from "./pg.ts";
import { SCHEMA_VERSION, type Tables } from "./schema.ts";
import { statement } from "./sql.ts";

/** The state of the tables in a database. */
export interface SetupState {
  /** 0 for none. */
  readonly version: number;
  /** Tables that are missing, though others may exist. */
  readonly missing: readonly string[];
}

/** No table at all, or at least not the one that holds the versions. */
export const NOT_SET_UP: SetupState = { version: 0, missing: [] };

/**
 * The state of the tables.
 *
 * - Out: `version`; `missing` and `hidden`, JSON arrays of names. This role cannot read the rows of a hidden table:
 *   row level security is on, and no policy mentions the role. A thread in it would look like a new one.
 */
export function stateStatement(tables: Tables): Statement {
  const { migrations, threads, checkpoints, writes, blobs } = tables;
  return statement(tables, STATE, { tableNames: [migrations, threads, checkpoints, writes, blobs] });
}

const STATE = `SELECT (SELECT max(version) FROM {migrations})::text AS version,
  coalesce(json_agg(name) FILTER (WHERE wanted.relation IS NULL), '[]')::text AS missing,
  coalesce(json_agg(name) FILTER (WHERE row_security_active(wanted.relation) AND NOT EXISTS (
    SELECT FROM pg_policy AS policy
    WHERE policy.polrelid = wanted.relation AND policy.polpermissive AND policy.polcmd IN ('r', '*') AND EXISTS (
      SELECT FROM unnest(policy.polroles) AS role WHERE role = 0 OR pg_has_role(role, 'USAGE')
    )
  )), '[]')::text AS hidden
FROM (SELECT name, to_regclass(name)::oid AS relation FROM unnest(:tableNames) AS given (name)) AS wanted`;

/**
 * The answer to {@link stateStatement}.
 *
 * @throws CheckpointError `SCHEMA_TOO_NEW` when a newer version of this package has set the tables up;
 * `STORAGE_FAILED` when rows are hidden.
 */
export function setupStateOf({ migrations }: Tables, [row]: readonly Row[]): SetupState {
  const hidden = namesIn(row, "hidden");
  if (hidden.length > 0) {
    throw new CheckpointError(
      "STORAGE_FAILED",
      `row level security hides ${hidden.join(", ")} from this role; give it policies that let it read and write, ` +
        "or use ALTER TABLE … DISABLE ROW LEVEL SECURITY",
    );
  }
  const version = Number(row?.["version"] ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new CheckpointError(
      "SCHEMA_TOO_NEW",
      `${migrations} has version ${version}, and this @threadmark/postgres knows ${SCHEMA_VERSION}; ` +
        "update the package",
    );
  }
  return { version, missing: namesIn(row, "missing") };
}

function namesIn(row: Row | undefined, column: string): readonly string[] {
  return JSON.parse(row?.[column] ?? "[]") as string[];
}
