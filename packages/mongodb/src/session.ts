import { CheckpointError } from "@threadmark/core/storage";
import {
  PLAIN_BSON,
  type Collection,
  type Database,
  type Doc,
  type MongoClientLike,
  type MongoReadConcern,
  type MongoWriteConcern,
  type UpdateOp,
} from "./driver.ts";
import { isConnectionLost, isForbidden } from "./failure.ts";
import { isSetUp, setUp } from "./schema.ts";
import { withoutValues } from "./without-values.ts";

const RETRIES = 2;

/** Where the collection is, and how it is read and written. */
export interface SessionOptions {
  /** Called before the first command, and again after a client that could not connect. */
  readonly open: () => Promise<MongoClientLike>;
  readonly close: (client: MongoClientLike) => Promise<void>;
  readonly dbName: string | undefined;
  readonly collectionName: string;
  readonly writeConcern: MongoWriteConcern;
  readonly readConcern: MongoReadConcern;
  readonly readPreference: unknown;
  /** Milliseconds after which a deletion or removal by another process is considered dead. */
  readonly patience: number;
}

interface Opened {
  readonly client: MongoClientLike;
  readonly database: Database;
  /** For reading on behalf of the user. */
  readonly reading: Collection;
  /** For everything that decides about a write: the newest state of the primary, wherever other reads go. */
  readonly writing: Collection;
}

/** The reply of an `update`. */
export interface Updated {
  /** How many statements have found or inserted a document. */
  readonly count: number;
  /** Which of them have inserted one. */
  readonly inserted: readonly number[];
  readonly failed: { readonly index: number; readonly code: number } | undefined;
  /** Whether the write concern was met. */
  readonly isSafe: boolean;
}

/** Sends commands, sets the collection up if necessary, and retries where that helps. */
export class Session {
  readonly #options: SessionOptions;
  #opened: Promise<Opened> | undefined;
  #ready: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get collectionName(): string {
    return this.#options.collectionName;
  }

  /** Milliseconds after which a deletion or removal by another process is considered dead. */
  get patience(): number {
    return this.#options.patience;
  }

  /** Asks for the server's time. */
  async serverTime(): Promise<Date> {
    await this.#readyOnce();
    const { localTime } = await this.#retried(({ database }) => database.command({ hello: 1 }, PLAIN_BSON));
    return localTime as Date;
  }

  /** A command that reads for the user. */
  async read<T>(work: (collection: Collection) => Promise<T>): Promise<T> {
    await this.#readyOnce();
    return this.#retried(({ reading }) => work(reading));
  }

  /** A command that writes, or reads what a write depends on. It must be right to send it twice. */
  async write<T>(work: (collection: Collection) => Promise<T>): Promise<T> {
    await this.#readyOnce();
    return this.#retried(({ writing }) => work(writing));
  }

  /**
   * Runs the statements of an `update` in order, up to the first that fails. That costs the client less than
   * `bulkWrite`, which measures and copies each statement. They must fit into one document.
   */
  async update(ops: readonly UpdateOp[]): Promise<Updated> {
    await this.#readyOnce();
    const command = {
      update: this.#options.collectionName,
      updates: ops.map(({ updateOne: { filter: q, update: u, ...options } }) => ({ q, u, ...options })),
      ordered: true,
      writeConcern: asSent(this.#options.writeConcern),
    };
    const options = { ...PLAIN_BSON, readPreference: "primary" };
    const reply = await this.#retried(({ database }) => database.command(command, options));
    const [failed] = (reply["writeErrors"] ?? []) as NonNullable<Updated["failed"]>[];
    const upserted = (reply["upserted"] ?? []) as { readonly index: number }[];
    const inserted = upserted.map(({ index }) => index);
    return { count: reply["n"] as number, inserted, failed, isSafe: !reply["writeConcernError"] };
  }

  /**
   * Documents for the user, in one answer. That costs less than a cursor, but if they do not all fit into it, the
   * last ones are missing.
   */
  async readSome(filter: Doc, sort: Doc, limit: number): Promise<Doc[]> {
    await this.#readyOnce();
    const { collectionName, readConcern, readPreference } = this.#options;
    const command = {
      find: collectionName,
      filter,
      sort,
      limit,
      singleBatch: true,
      readConcern: { level: readConcern },
    };
    const reply = await this.#retried(({ database }) =>
      database.command(command, { ...PLAIN_BSON, readPreference }),
    );
    return (reply["cursor"] as { firstBatch: Doc[] }).firstBatch;
  }

  /** The documents of a filter, as they are on the primary. */
  async find(filter: Doc, options: object = {}): Promise<Doc[]> {
    return this.write((collection) => collection.find(filter, { ...options, batchSize: ALL }).toArray());
  }

  async setup(): Promise<void> {
    this.#ready = this.#setUp();
    await this.#readyOnce();
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    if (opened) await this.#options.close(opened.client);
  }

  /** A failure is not remembered. */
  #readyOnce(): Promise<void> {
    this.#ready ??= this.#prepare();
    const ready = this.#ready;
    ready.catch(() => {
      if (this.#ready === ready) this.#ready = undefined;
    });
    return ready;
  }

  /** LangGraph.js's own saver works without `setup()`, so this one sets itself up. */
  async #prepare(): Promise<void> {
    const { collectionName } = this.#options;
    if (await this.#retried(({ writing }) => isSetUp(writing, collectionName))) return;
    try {
      await this.#setUp();
    } catch (error) {
      throw new CheckpointError(
        "NOT_SET_UP",
        `collection ${collectionName} is not set up, and this client could not set it up; ` +
          "call `await saver.setup()` once with the right to create collections and indexes",
        { cause: error },
      );
    }
  }

  async #setUp(): Promise<void> {
    const { collectionName } = this.#options;
    await this.#retried(async ({ database, writing }) => {
      const done = await isSetUp(writing, collectionName);
      try {
        await setUp(database, writing, collectionName);
      } catch (error) {
        // Once everything exists, it can run for users who may not create anything.
        if (!done || !isForbidden(error)) throw error;
      }
    });
  }

  /**
   * Sends a command again if the connection or the primary was lost in the middle of it. The driver itself does this
   * for most commands on a replica set, but for no write on a single server. It is tried twice more, since the next
   * connection of the pool may have been lost with the first.
   */
  async #retried<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const opened = await this.#open();
    for (let retry = 0; ; retry++) {
      try {
        return await work(opened);
      } catch (error) {
        if (retry === RETRIES || !isConnectionLost(error)) throw withoutValues(error);
      }
    }
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#connect().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<Opened> {
    const { dbName, collectionName, writeConcern, readConcern, readPreference } = this.#options;
    const client = await this.#options.open();
    try {
      // A client that connects with its first command stays closed forever if that fails.
      await client.connect?.();
    } catch (error) {
      await this.#options.close(client).catch(() => {});
      throw withoutValues(error);
    }
    const database = client.db(dbName) as Database;
    const plain = { ...PLAIN_BSON, writeConcern, readPreference: "primary" };
    return {
      client,
      database,
      reading: database.collection(collectionName, {
        ...plain,
        readConcern: { level: readConcern },
        readPreference,
      }),
      writing: database.collection(collectionName, { ...plain, readConcern: { level: "local" } }),
    };
  }
}

/** So that the first answer has everything, up to the limit of 16 MB. */
export const ALL = 1_000_000;

/** A write concern with the server's names. */
function asSent({ w, journal, wtimeoutMS }: MongoWriteConcern): Doc {
  return {
    ...(w !== undefined && { w }),
    ...(journal !== undefined && { j: journal }),
    ...(wtimeoutMS !== undefined && { wtimeout: wtimeoutMS }),
  };
}
