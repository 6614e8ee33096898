import { areSealed, minuteIn, noTime, NOW, sealed } from "./sealed-time.ts";

/*
 * The row of a thread has hashes of all that it says, and seals in its times. What sets a column sets its hash too, and
 * only if the old one was right: otherwise the damage could no longer be seen, and what it did would stay.
 */

/** An expression for a column. */
export type Column = (name: string) => string;

export const columnOf =
  (row: string): Column =>
  (name) =>
    `${row}.${name}`;

/** Postgres partitions tables by this function, so it stays as it is. */
export function hash(...texts: readonly string[]): string {
  return `hashtext((${texts.join(" || ")}) COLLATE "C")`;
}

function entriesMark(entries: string): string {
  return `jsonb_hash(${entries})`;
}

/** What is neither the name, nor an entry, nor a time. */
const STATE = ["thread", "epoch", "own_ttl", "claim"] as const;

function stateMark(column: Column): string {
  return `hash_record(ROW(${STATE.map(column).join(", ")}))`;
}

/**
 * Whether something in a row is wrong, as the condition of an index. It must not depend on `updated`, which changes with
 * every write: Postgres could then no longer replace the row within its page.
 */
export function isRowWrong(column: Column): string {
  const times = ["created", "expires", "claim_until"].map(column);
  return `(${column("mark")} <> ${hash(column("thread"))} OR ${column("entries_mark")} <> ${entriesMark(column("entries"))}
    OR ${column("state_mark")} <> ${stateMark(column)}
    OR ${column("minute_mark")} <> ${column("updated_minute")} # ${column("mark")} OR NOT (${areSealed(times, column("mark"))}))`;
}

/** Whether `updated` of a row is wrong. */
export function isWronglyUpdated(row: string): string {
  const updated = `${row}.updated`;
  return `(NOT (${areSealed([updated], `${row}.mark`)}) OR ${minuteIn(updated)} <> ${row}.updated_minute)`;
}

/** The condition under which a row is written to: its name and its expiry are right. */
export function isRight(row: string): string {
  return `${row}.mark = ${hash(`${row}.thread`)} AND ${areSealed([`${row}.expires`], `${row}.mark`)}`;
}

/** The condition under which anything else of a row is changed. */
export function isRightInAll(row: string): string {
  return `NOT ${isRowWrong(columnOf(row))}`;
}

/** `SET` this for a write to the row `t`, with its new `expires`. */
export function setUpdated(expires: string): string {
  return `(updated, updated_minute, minute_mark, expires) = (
    SELECT ${sealed("now", "t.mark")}, now / 60000, (now / 60000) # t.mark, ${expires}
    FROM (SELECT ${NOW} AS now) AS clock
  )`;
}

/** Sets some of the columns of `t` that `state_mark` covers. */
export function setState(changes: Readonly<Partial<Record<(typeof STATE)[number], string>>>): string {
  const column: Column = (name) => changes[name as keyof typeof changes] ?? `t.${name}`;
  const set = Object.entries(changes).map(([name, value]) => `${name} = ${value}`);
  return [...set, `state_mark = ${stateMark(column)}`].join(", ");
}

/** Sets the entries of `t`. A wrong mark stays wrong. */
export function setEntries(entries: string): string {
  return `entries = ${entries},
    entries_mark = t.entries_mark # ${entriesMark("t.entries")} # ${entriesMark(entries)}`;
}

/** What a new thread has, as expressions. */
export interface NewThread {
  readonly thread?: string;
  /** Milliseconds from now; by default, it never expires. */
  readonly ttl?: string;
  readonly claim?: { readonly id: string; readonly ttl: string };
  readonly entries?: string;
  readonly updated?: string;
  /** In place of `ttl`: as it is stored. */
  readonly expires?: string;
  readonly ownTtl?: string;
  /** A thread that it is a copy of. */
  readonly source?: string;
  readonly condition?: string;
}

/** `INSERT INTO {threads} AS t` this: a new row. */
export function newThread(given: NewThread): string {
  const {
    thread = ":thread",
    entries = "'{}'::jsonb",
    updated = "now",
    ownTtl = "NULL::bigint",
    claim,
  } = given;
  const mark = hash(thread);
  const epoch = ":newEpoch";
  const until = (ttl: string): string => `coalesce(${sealed(`now + ${ttl}`, mark)}, ${noTime(mark)})`;
  const state = { thread, epoch, own_ttl: ownTtl, claim: claim?.id ?? "NULL::text" };
  const values = {
    ...state,
    created: sealed("now", mark),
    updated: sealed(updated, mark),
    updated_minute: `(${updated}) / 60000`,
    minute_mark: `((${updated}) / 60000) # ${mark}`,
    expires: given.expires ?? (given.ttl === undefined ? noTime(mark) : until(given.ttl)),
    claim_until: claim ? until(claim.ttl) : noTime(mark),
    entries,
    mark,
    entries_mark: entriesMark(entries),
    state_mark: stateMark((name) => state[name as keyof typeof state]),
  };
  const from = given.source === undefined ? "" : ` CROSS JOIN ${given.source}`;
  return `(${Object.keys(values).join(", ")})
  SELECT ${Object.values(values).join(", ")} FROM (SELECT ${NOW} AS now) AS clock${from} WHERE ${given.condition ?? "true"}`;
}
