import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import { withoutValues } from "./driver-error.ts";
import { isConnectionLost, isGivingWay, isMissingTable } from "./failure.ts";
import type { Database, Row, Statement } from "./pg.ts";
import { SCHEMA_VERSION, setupScript, type Tables } from "./schema.ts";
import { scriptOf } from "./script.ts";
import { statement } from "./sql.ts";
import { NOT_SET_UP, setupStateOf, stateStatement, type SetupState } from "./setup-state.ts";

/** Under SERIALIZABLE, only one writer of a thread succeeds at a time. */
const MAX_GIVING_WAY = 30;
/** The longest wait, as a power of 2 in milliseconds. */
const MAX_WAIT = 7;

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

/** Runs statements, knows whether the tables exist, and retries where that helps. */
export class Session {
  readonly #options: SessionOptions;
  #database: Promise<Database> | undefined;
  #isPool = false;
  #ready: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async query(one: Statement): Promise<readonly Row[]> {
    await this.#checkedOnce();
    return this.#run((database) => database.query(one));
  }

  /** Whether the database is a pool; `false` until it is open. */
  get isPool(): boolean {
    return this.#isPool;
  }

  /** One statement on a pool, which is not sent again if it fails. */
  async attempt(one: Statement): Promise<readonly Row[]> {
    return (await this.#open()).query(one);
  }

  /** Several statements in one transaction and one round trip; see {@link Database.script}. */
  async script(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    await this.#checkedOnce();
    return this.#run((database) => database.script(scriptOf(statements)));
  }

  /** Brings the tables to the version of this code, and creates those that are missing. */
  async setup(): Promise<void> {
    const { version, missing } = await this.#state();
    if (version < SCHEMA_VERSION || missing.length > 0) {
      const from = missing.length > 0 ? 0 : version;
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
    const { version, missing } = await this.#state();
    if (version < SCHEMA_VERSION || missing.length > 0) throw this.#notSetUp();
  }

  async #state(): Promise<SetupState> {
    const { tables } = this.#options;
    try {
      return setupStateOf(tables, await this.#retried((database) => database.query(stateStatement(tables))));
    } catch (error) {
      if (isMissingTable(error)) return NOT_SET_UP;
      throw error;
    }
  }

  async #schemaExists(): Promise<boolean> {
    const { tables } = this.#options;
    const exists = statement(tables, "SELECT 'yes' AS found WHERE to_regnamespace(:schema) IS NOT NULL", {
      schema: tables.schema,
    });
    return (await this.#retried((database) => database.query(exists))).length > 0;
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
   * Every statement can be run twice with the same result, so it is sent again when the connection was lost in the
   * middle of it: the pool then has another connection, or makes one.
   */
  async #retried<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      const database = await this.#open();
      return await onceMore(() => givingWay(() => work(database)));
    } catch (error) {
      throw withoutValues(error);
    }
  }

  #open(): Promise<Database> {
    this.#database ??= this.#opened().catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  async #opened(): Promise<Database> {
    const database = await this.#options.open();
    this.#isPool = database.isPool;
    return database;
  }

  #notSetUp(cause?: unknown): CheckpointError {
    return new CheckpointError(
      "NOT_SET_UP",
      `the tables of Threadmark in schema ${this.#options.tables.schema} are missing or old; call ` +
        "`await saver.setup()` once, or have someone who may create tables run the output of `setupSql()`",
      { cause },
    );
  }
}

async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (first) {
    if (!isConnectionLost(first)) throw first;
    try {
      return await work();
    } catch (second) {
      throw isConnectionLost(second) ? first : second;
    }
  }
}

/** Repeats what the server rolled back in favour of another transaction, after longer and longer waits. */
async function givingWay<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isGivingWay(error) || attempt === MAX_GIVING_WAY) throw error;
    }
    await setTimeout(Math.random() * 2 ** Math.min(attempt, MAX_WAIT));
  }
}
