import { createHash } from "node:crypto";

/** The part of the drivers that is used, as structural types: no driver is imported for them. */

/** A value of a parameter. */
export type Param = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

/** Every statement returns columns of type `text` only, so that no type parser can change them. */
export type Row = Readonly<Record<string, string | null>>;

/** One statement and the values of `$1`, `$2`, … */
export interface Statement {
  readonly text: string;
  readonly params: readonly Param[];
  /**
   * It is sent again and again, and one plan is right for all its parameters: a session may keep it
   * prepared.
   */
  readonly frequent?: true;
}

/** A connection or a pool of them, whatever the driver. */
export interface Database {
  /** One statement, in one round trip. */
  query(statement: Statement): Promise<readonly Row[]>;
  /**
   * Several statements without parameters in one round trip and one transaction, each of which sees
   * what was committed before it began. Returns the rows of each.
   */
  script(text: string): Promise<readonly (readonly Row[])[]>;
  /** Closes what was opened by us. */
  close(): Promise<void>;
}

/** A `Pool`, `Client` or `PoolClient` of `pg`. */
export interface PgClientLike {
  query(config: {
    name?: string;
    text: string;
    values?: unknown[];
    types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown };
  }): Promise<unknown>;
}

/** A `PGlite`, or a wrapper of one, such as its worker. */
export interface PGliteLike {
  query(text: string, params?: unknown[], options?: object): Promise<unknown>;
  exec(text: string, options?: object): Promise<unknown>;
}

interface Result {
  readonly rows: readonly Row[];
}

/** Columns as the server sent them, whatever parsers the application has set. */
const asSent = { getTypeParser: () => (value: string) => value };

/** When a query may be sent. */
type Turns = <T>(send: () => Promise<T>) => Promise<T>;

/** A pool has a connection for everyone, or makes them wait. */
const sideBySide: Turns = (send) => send();

/** A client takes one query at a time: its own queue is deprecated, and `pg` 9 will have none. */
function oneByOne(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (send) => {
    const turn = last.then(send);
    last = turn.catch(() => {});
    return turn;
  };
}

/** What a {@link PgDatabase} does with its client. */
export interface PgDatabaseOptions {
  /** Closes the client; for one that was given, it does nothing. */
  readonly end: () => Promise<void>;
  /** Whether frequent statements get a name. Without names, any pooler in transaction mode will do. */
  readonly prepare: boolean;
}

/** `Pool` or `Client` of `pg`. */
export class PgDatabase implements Database {
  readonly #client: PgClientLike;
  readonly #turns: Turns;
  readonly #options: PgDatabaseOptions;

  constructor(client: PgClientLike, options: PgDatabaseOptions) {
    this.#client = client;
    this.#turns = "totalCount" in client ? sideBySide : oneByOne();
    this.#options = options;
  }

  async query({ text, params, frequent }: Statement): Promise<readonly Row[]> {
    const name = frequent && this.#options.prepare ? { name: nameOf(text) } : {};
    const values = [...params];
    const query = { ...name, text, values, types: asSent };
    const result = await this.#turns(() => this.#client.query(query));
    return (result as Result).rows;
  }

  async script(text: string): Promise<readonly (readonly Row[])[]> {
    const results = await this.#turns(() => this.#client.query({ text, types: asSent }));
    return [results as Result | Result[]].flat().map(({ rows }) => rows);
  }

  async close(): Promise<void> {
    await this.#options.end();
  }
}

/** Statement → name. There are a few of them for each schema. */
const names = new Map<string, string>();

/** A name that savers of other schemas, on the same connection, give to no other statement. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `threadmark_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
  names.set(text, name);
  return name;
}

/** PGlite: Postgres in this process. */
export class PGliteDatabase implements Database {
  readonly #client: PGliteLike;
  readonly #end: () => Promise<void>;

  constructor(client: PGliteLike, end: () => Promise<void>) {
    this.#client = client;
    this.#end = end;
  }

  async query({ text, params }: Statement): Promise<readonly Row[]> {
    return ((await this.#client.query(text, [...params])) as Result).rows;
  }

  async script(text: string): Promise<readonly (readonly Row[])[]> {
    return ((await this.#client.exec(text)) as Result[]).map(({ rows }) => rows);
  }

  async close(): Promise<void> {
    await this.#end();
  }
}

/** Whether a client is a PGlite; `pg` has no method `exec`. */
export function isPGlite(client: PgClientLike | PGliteLike): client is PGliteLike {
  return "exec" in client && typeof client.exec === "function";
}
