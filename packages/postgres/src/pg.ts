/** The part of the drivers that is used, as structural types: no driver is imported for them. */

/** A value of a parameter. */
export type Param = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

/** Every statement returns columns of type `text` only, so that no type parser can change them. */
export type Row = Readonly<Record<string, string | null>>;

/** One statement and the values of `$1`, `$2`, … */
export interface Statement {
  readonly text: string;
  readonly params: readonly Param[];
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

/** `Pool` or `Client` of `pg`. Statements have no name, which transaction-mode poolers need. */
export class PgDatabase implements Database {
  readonly #client: PgClientLike;
  readonly #turns: Turns;
  readonly #end: () => Promise<void>;

  /** @param end Closes the client; for one that was given, it does nothing. */
  constructor(client: PgClientLike, end: () => Promise<void>) {
    this.#client = client;
    this.#turns = "totalCount" in client ? sideBySide : oneByOne();
    this.#end = end;
  }

  async query({ text, params }: Statement): Promise<readonly Row[]> {
    const values = [...params];
    const result = await this.#turns(() => this.#client.query({ text, values, types: asSent }));
    return (result as Result).rows;
  }

  async script(text: string): Promise<readonly (readonly Row[])[]> {
    const results = await this.#turns(() => this.#client.query({ text, types: asSent }));
    return [results as Result | Result[]].flat().map(({ rows }) => rows);
  }

  async close(): Promise<void> {
    await this.#end();
  }
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
