import { CheckpointError } from "@threadmark/core/storage";
import { isConnectionLost, isGivingWay, isMissingTable } from "./failure.ts";
import type { Database, Row, Statement } from "./pg.ts";
import { SCHEMA_VERSION, setupScript, type Tables } from "./schema.ts";
import { scriptOf } from "./script.ts";

const MAX_GIVING_WAY = 10;

/** How a {@link Session} finds and prepares its database. */
export interface SessionOptions {
  /** Called once, before the first statement. */
  readonly open: () => Promise<Database>;
  readonly tables: Tables;
  /** Whether `setup` may create the schema. */
  readonly createSchema: boolean;
  /** Whether the first statement sets the database up. */
  readonly autoSetup: boolean;
}

/** Runs statements, knows whether the tables are there, and tries again where that is right. */
export class Session {
  readonly #options: SessionOptions;
  #database: Promise<Database> | undefined;
  #ready: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** One statement. */
  async query(statement: Statement): Promise<readonly Row[]> {
    await this.#checkedOnce();
    return this.#run((database) => database.query(statement));
  }

  /** Several statements in one transaction and one round trip; see {@link Database.script}. */
  async script(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    await this.#checkedOnce();
    return this.#run((database) => database.script(scriptOf(statements)));
  }

  /** Brings the tables to the version of this code. */
  async setup(): Promise<void> {
    const from = await this.#version();
    if (from < SCHEMA_VERSION) {
      const createSchema = from === 0 && this.#options.createSchema && !(await this.#schemaExists());
      const script = setupScript(this.#options.tables, { createSchema, from });
      await this.#retried((database) => database.script(script));
    }
    this.#ready = Promise.resolve();
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    await database?.close();
  }

  /** The version is looked up before the first statement; a failure is not remembered. */
  #checkedOnce(): Promise<void> {
    this.#ready ??= this.#check().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #check(): Promise<void> {
    if (this.#options.autoSetup) return this.setup();
    if ((await this.#version()) < SCHEMA_VERSION) throw this.#notSetUp();
  }

  async #version(): Promise<number> {
    const { migrations } = this.#options.tables;
    const text = `SELECT max(version)::text AS version FROM ${migrations}`;
    try {
      const [row] = await this.#retried((database) => database.query({ text, params: [] }));
      const version = Number(row?.["version"] ?? 0);
      if (version <= SCHEMA_VERSION) return version;
      throw new CheckpointError(
        "SCHEMA_TOO_NEW",
        `${migrations} has version ${version}, and this @threadmark/postgres knows ${SCHEMA_VERSION}; ` +
          "update the package",
      );
    } catch (error) {
      if (isMissingTable(error)) return 0;
      throw error;
    }
  }

  async #schemaExists(): Promise<boolean> {
    const text = "SELECT 'yes' AS found WHERE to_regnamespace($1) IS NOT NULL";
    const statement = { text, params: [this.#options.tables.schema] };
    return (await this.#retried((database) => database.query(statement))).length > 0;
  }

  async #run<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await this.#retried(work);
    } catch (error) {
      if (isMissingTable(error)) throw this.#notSetUp(error);
      throw error;
    }
  }

  /**
   * Every statement can be run twice with the same result. So it is sent once more when the connection
   * went away in the middle of it: the pool then has another one, or makes it.
   */
  async #retried<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.#open();
    try {
      return await givingWay(() => work(database));
    } catch (first) {
      if (!isConnectionLost(first)) throw first;
      try {
        return await givingWay(() => work(database));
      } catch (second) {
        throw isConnectionLost(second) ? first : second;
      }
    }
  }

  #open(): Promise<Database> {
    this.#database ??= this.#options.open().catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  #notSetUp(cause?: unknown): CheckpointError {
    return new CheckpointError(
      "NOT_SET_UP",
      `the tables of Threadmark in schema ${this.#options.tables.schema} are missing or old; call ` +
        "`await saver.setup()` once, or give the output of `setupSql()` to whoever may create tables",
      { cause },
    );
  }
}

/** Repeats what the server undid in favour of another transaction. */
async function givingWay<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isGivingWay(error) || attempt === MAX_GIVING_WAY) throw error;
    }
  }
}
