import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { columnOf, hash, isRightInAll, isRowWrong, type Column } from "./thread-row.ts";

/*
 * Where a row belongs is in its key, so a row with a damaged key looks as if it had been deleted. Therefore each row
 * has a _mark_, a hash of its key and of what filters compare, made when the row is written. The index of the rows with
 * wrong marks is empty, so looking there costs little. A row in it still has the number of its thread.
 */

/** Everything about the marks of a table. */
interface Marked {
  readonly table: "threads" | "checkpoints" | "writes";
  /** The column by which the index finds what belongs to a thread. */
  readonly key: string;
  /** The column with the number of the thread. */
  readonly number: string;
  /** Whether the mark of a row is wrong. */
  isWrong(column: Column): string;
}

export function checkpointMark(column: Column): string {
  const run = `coalesce(${column("run")}, '')`;
  return hash(column("thread"), column("namespace"), column("id"), run, `(${column("tokens")})::text`);
}

export function writeMark(column: Column): string {
  return hash(column("thread"), column("namespace"), column("checkpoint"));
}

const THREADS: Marked = {
  table: "threads",
  key: "mark",
  number: "number",
  isWrong: isRowWrong,
};
const CHECKPOINTS: Marked = {
  table: "checkpoints",
  key: "owner",
  number: "owner",
  isWrong: (column) => `${column("mark")} <> ${checkpointMark(column)}`,
};
const WRITES: Marked = {
  table: "writes",
  key: "owner",
  number: "owner",
  isWrong: (column) => `${column("mark")} <> ${writeMark(column)}`,
};
const ALL = [THREADS, CHECKPOINTS, WRITES];

/** The indexes of rows with wrong marks. */
export function markIndexes(tables: Tables): string {
  return ALL.map(
    ({
      table,
      key,
      isWrong,
    }) => `CREATE INDEX IF NOT EXISTS threadmark_${table}_damaged ON ${tables[table]} (${key})
  WHERE ${isWrong((name) => name)};
`,
  ).join("");
}

/**
 * The rows with wrong marks in a range of the key. The order makes the planner use the index, which it takes for as
 * large as the table; so does a range where one value is meant.
 */
function wrongRows(
  { table, key, isWrong }: Marked,
  { columns, from, to, limit = 1 }: { columns: string; from?: string; to?: string; limit?: number },
): string {
  const range = from === undefined ? "" : ` AND m.${key} >= ${from} AND m.${key} <= ${to ?? from}`;
  return `SELECT ${columns} FROM {${table}} AS m WHERE ${isWrong(columnOf("m"))}${range} ORDER BY m.${key} LIMIT ${limit}`;
}

/** Rows, if the name of a thread was damaged, so that it looks as if there were none. */
export function hiddenThread(thread: string): string {
  return wrongRows(THREADS, { columns: "m.number", from: hash(thread) });
}

/** Whether the row of a thread was damaged. */
export function isThreadDamaged(thread: string): string {
  return `(EXISTS (${hiddenThread(thread)})
    OR EXISTS (SELECT FROM {threads} AS t WHERE t.thread = ${thread} AND NOT ${isRightInAll("t")}))`;
}

/**
 * Damaged threads.
 *
 * - Out: `number`, or no row.
 *
 * @param thread Only this one, or `undefined` for any.
 */
export function damagedThreads(tables: Tables, thread: string | undefined): Statement {
  const sql = thread === undefined ? wrongRows(THREADS, { columns: "m.number" }) : hiddenThread(":thread");
  return statement(tables, sql, { thread });
}

/** What may be hidden from a read of a thread. */
export interface Reading {
  /** The thread, as an expression; `:thread` by default. */
  readonly thread?: string;
  /** Unless this is true, hidden checkpoints do not matter. */
  readonly checkpointsIf?: string;
}

/** Rows, with the number of a thread, if something of a thread has a wrong mark. */
export function damageOfThread({ thread = ":thread", checkpointsIf }: Reading = {}): string {
  const exists = (marked: Marked): string => `(${wrongRows(marked, { columns: "true", from: "t.number" })})`;
  const checkpoints = exists(CHECKPOINTS);
  return `(${hiddenThread(thread)})
UNION ALL
SELECT t.number FROM {threads} AS t WHERE t.thread = ${thread} AND (${exists(WRITES)} OR ${
    checkpointsIf === undefined ? checkpoints : `(${checkpointsIf} AND ${checkpoints})`
  })`;
}

/** The same for a thread, or for all. */
export function damage(thread: string | undefined): string {
  if (thread !== undefined) return damageOfThread();
  return ALL.map((marked) => `(${wrongRows(marked, { columns: `m.${marked.number}` })})`).join(
    "\nUNION ALL\n",
  );
}

/** The part `damage` of an answer. */
export function damageRows(numbers: string): string {
  return `SELECT 'damage', number::text, NULL FROM (\n${numbers}\n) AS damage (number)`;
}

/** How many rows with wrong marks are deleted with a thread at most. */
const MAX_STRAYS = 100;

/** Of some threads, those whose rows have wrong marks: `name`, and as `thread` the name in the row. */
export function strayThreads(threads: string): string {
  const rows = wrongRows(THREADS, { columns: "m.thread", from: hash("given.name"), limit: MAX_STRAYS });
  return `SELECT given.name COLLATE "C" AS name, stray.thread FROM unnest(${threads}) AS given (name) CROSS JOIN LATERAL (${rows}) AS stray`;
}

/** Deletes what belongs to threads with these numbers and has a wrong mark. */
export function deletedStrays(table: "checkpoints" | "writes", numbers: string): string {
  const marked = table === "checkpoints" ? CHECKPOINTS : WRITES;
  const rows = wrongRows(marked, { columns: "m.ctid", from: "given.number", limit: MAX_STRAYS });
  return `DELETE FROM {${table}} WHERE ctid = ANY (ARRAY(
    SELECT stray.ctid FROM unnest(ARRAY(${numbers})) AS given (number) CROSS JOIN LATERAL (${rows}) AS stray
  ))`;
}

/**
 * The name of the thread with a number, for the error about damage. A damaged name is only better than none.
 *
 * - Out: `thread`, or no row.
 */
export function nameStatement(tables: Tables, number: string): Statement {
  const names = [CHECKPOINTS, WRITES, THREADS].map((marked, rank) => {
    const isRight = `NOT (${marked.isWrong(columnOf("m"))})`;
    return `(SELECT ${rank} AS rank, thread FROM {${marked.table}} AS m WHERE ${marked.number} = :number AND ${isRight} LIMIT 1)`;
  });
  const any = "(SELECT 3, thread FROM {threads} WHERE number = :number LIMIT 1)";
  const sql = `SELECT thread FROM (${[...names, any].join("\nUNION ALL\n")}) AS found ORDER BY rank LIMIT 1`;
  return statement(tables, sql, { number });
}
