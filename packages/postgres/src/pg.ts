import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { ByteStrings } from "./bytes.ts";
import { isStatementLost } from "./failure.ts";

/** The part of the drivers that is used, as structural types: no driver is imported for them. */

/** A value of a parameter. */
export type Param = string | number | boolean | null | Uint8Array | ByteStrings | readonly string[];

/** Every statement returns columns of type `text` only, so that no type parser can change them. */
export type Row = Readonly<Record<string, string | null>>;

/** One statement and the values of `$1`, `$2`, … */
export interface Statement {
  readonly text: string;
  readonly params: readonly Param[];
  /**
   * Whether it is sent often and one plan suits all its parameters, so that a session may keep it prepared.
   */
  readonly frequent: boolean;
  /** The same statement without parameters, for scripts. */
  inlined(): string;
}

/** A connection or a pool of them, of any driver. */
export interface Database {
  /** Whether queries run side by side, and never in a transaction of the application. */
  readonly isPool: boolean;
  /** One statement, in one round trip. */
  query(statement: Statement): Promise<readonly Row[]>;
  /**
   * Several statements without parameters in one round trip and one transaction, each of which sees
   * what was committed before it began. Returns the rows of each.
   */
  script(text: string): Promise<readonly (readonly Row[])[]>;
  /** Closes what this package opened. */
  close(): Promise<void>;
}

/** A `Pool`, `Client` or `PoolClient` of `pg`. */
export interface PgClientLike {
  query(config: {
    name?: string;
    text: string;
    values?: unknown[];
    types?: { getTypeParser(oid: number, format?: string): (value: string & Uint8Array) => unknown };
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

/**
 * Columns of type `text` as the server sent them, regardless of the parsers and formats that the application has set.
 */
const asSent = {
  getTypeParser: (_oid: number, format?: string) => (format === "binary" ? decoded : same),
};

function decoded(value: Uint8Array): string {
  return Buffer.from(value).toString("utf8");
}

function same(value: string): string {
  return value;
}

/** Decides when a query may be sent. */
type Turns = <T>(send: () => Promise<T>) => Promise<T>;

/** A pool has a connection for each query, or makes it wait. */
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
  /** Closes the client; does nothing for one that was passed in. */
  readonly end: () => Promise<void>;
  /** Whether frequent statements get a name; by default, only those of a pool do. */
  readonly prepare: boolean | undefined;
}

/**
 * Clients of a pooler that hands a session from one client to another and does not track named statements. The first
 * statement that fails shows this for all savers on the client.
 */
const unprepared = new WeakSet<PgClientLike>();

/** `Pool` or `Client` of `pg`. */
export class PgDatabase implements Database {
  readonly isPool: boolean;
  readonly #client: PgClientLike;
  readonly #turns: Turns;
  readonly #end: () => Promise<void>;
  readonly #prepare: boolean;

  constructor(client: PgClientLike, { end, prepare }: PgDatabaseOptions) {
    this.isPool = "totalCount" in client;
    this.#client = client;
    this.#turns = this.isPool ? sideBySide : oneByOne();
    this.#end = end;
    // A single client may be in one of the application's transactions, which a name that fails would abort.
    this.#prepare = prepare ?? this.isPool;
  }

  async query({ text, params, frequent }: Statement): Promise<readonly Row[]> {
    const query = { text, values: [...params], types: asSent };
    if (!frequent || !this.#prepare || unprepared.has(this.#client)) return this.#send(query);
    try {
      return await this.#send({ ...query, name: nameOf(text) });
    } catch (error) {
      // Postgres looks the statement up before it runs anything, so it can be sent again.
      if (!isStatementLost(error)) throw error;
      unprepared.add(this.#client);
      return this.#send(query);
    }
  }

  async #send(query: Parameters<PgClientLike["query"]>[0]): Promise<readonly Row[]> {
    return ((await this.#turns(() => this.#client.query(query))) as Result).rows;
  }

  async script(text: string): Promise<readonly (readonly Row[])[]> {
    const results = await this.#turns(() => this.#client.query({ text, types: asSent }));
    return [results as Result | Result[]].flat().map(({ rows }) => rows);
  }

  async close(): Promise<void> {
    await this.#end();
  }
}

/** Statement → name. Each schema has only a few. */
const names = new Map<string, string>();

/** A name that savers of other schemas on the same connection do not give to any other statement. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `threadmark_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
  names.set(text, name);
  return name;
}

/** PGlite: Postgres in this process. */
export class PGliteDatabase implements Database {
  readonly isPool = false;
  readonly #client: PGliteLike;
  readonly #end: () => Promise<void>;

  constructor(client: PGliteLike, end: () => Promise<void>) {
    this.#client = client;
    this.#end = end;
  }

  async query({ text, params }: Statement): Promise<readonly Row[]> {
    const values = params.map((param) => (param instanceof ByteStrings ? param.toText() : param));
    return ((await this.#client.query(text, values)) as Result).rows;
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
