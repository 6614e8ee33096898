import {
  CheckpointSaver,
  type CheckpointSaverOptions,
  type CustomType,
  type SerializerProtocol,
} from "@threadmark/core";
import {
  checkOptions,
  coreOptionsOf,
  SAVER_OPTIONS,
  SAVER_OPTIONS_INSTEAD,
  type OptionNames,
} from "@threadmark/core/storage";
import { driverTypes, loadBsonClasses } from "./bson-types.ts";
import { givenClient, paramsIn, type MongooseConnectionLike } from "./client.ts";
import type { MongoClientLike, MongoReadConcern, MongoWriteConcern } from "./driver.ts";
import { checkedOptions } from "./options.ts";
import { checkConnString, ownClient, type ClientOptions } from "./own-client.ts";
import type { SessionOptions } from "./session.ts";
import { MongoDBStorage } from "./storage.ts";

/** Options of {@link MongoDBSaver}. */
export interface MongoDBSaverOptions extends Omit<CheckpointSaverOptions, "ttl"> {
  /** The database. @default that of the connection string, or `"test"` */
  readonly dbName?: string | undefined;
  /** The collection that holds everything. @default "threadmark_checkpoints" */
  readonly checkpointCollectionName?: string | undefined;
  /**
   * Accepted so that options of LangGraph.js's own `MongoDBSaver` can stay as they are. Writes are in the same
   * collection as checkpoints, since a command can write to only one collection.
   */
  readonly checkpointWritesCollectionName?: string | undefined;
  /** Accepted for the same reason: threads always have their times. */
  readonly enableTimestamps?: boolean | undefined;
  /**
   * When threads expire: seconds, as LangGraph.js's own `MongoDBSaver` takes it, or all options.
   * @default threads never expire
   */
  readonly ttl?: number | CheckpointSaverOptions["ttl"];
  /**
   * What must happen before a write is acknowledged.
   * @default { w: "majority", journal: true }
   */
  readonly writeConcern?: MongoWriteConcern | undefined;
  /** @default "majority", so that nothing is read that a failover could undo */
  readonly readConcern?: MongoReadConcern | undefined;
  /**
   * Where checkpoints are read. Anything but the primary can return a checkpoint that is not the newest.
   * @default "primary"
   */
  readonly readPreference?: string | object | undefined;
  /**
   * Whether reads use `aggregate` with `$lookup`, `$unionWith` and `$graphLookup`. If the service does not know
   * these, the first read notices. `false` saves the attempt.
   * @default true
   */
  readonly aggregates?: boolean | undefined;
}

/** What the constructor takes, like that of LangGraph.js's own `MongoDBSaver`. */
export interface MongoDBSaverParams extends MongoDBSaverOptions {
  /**
   * A `MongoClient`, or a Mongoose connection, whose client and database are used. It stays yours: nothing
   * closes it.
   */
  readonly client: MongoClientLike | MongooseConnectionLike;
}

/**
 * Keeps checkpoints in MongoDB: standalone, replica set or sharded, without transactions.
 *
 * Errors of the driver are passed on. `NOT_SET_UP` means that the collection and its indexes are missing and could
 * not be created, `SCHEMA_TOO_NEW` that they belong to a newer version of this package.
 *
 * @example
 * const saver = new MongoDBSaver({ client: new MongoClient(url), dbName: "agents" });
 * const graph = builder.compile({ checkpointer: saver });
 */
export class MongoDBSaver extends CheckpointSaver {
  /**
   * @param params The client and options.
   * @param serde A serializer, as LangGraph.js's own `MongoDBSaver` takes it.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  constructor(params: MongoDBSaverParams, serde?: SerializerProtocol | CheckpointSaverOptions);
  // What only this class calls is not declared: its types would be published, and all that they lead to.
  constructor(
    params: MongoDBSaverParams | MongoDBStorage,
    serde?: SerializerProtocol | CheckpointSaverOptions,
  ) {
    const given = serde && "dumpsTyped" in serde ? { serde } : { ...serde };
    if (params instanceof MongoDBStorage) {
      super(params, withDriverTypes(given));
      return;
    }
    const { client, ...options } = paramsIn(params);
    checkOptions<MongoDBSaverOptions>(options, "MongoDBSaver", OPTION_NAMES, INSTEAD);
    super(storageOn(client, options), withDriverTypes({ ...coreOptions(options), ...given }));
  }

  /**
   * Creates the collection and its indexes. It may be left out: the first call then does it.
   *
   * @returns An empty list, since LangGraph.js's own `MongoDBSaver` returns the errors of its setup here.
   */
  override async setup(): Promise<void & Error[]> {
    await super.setup();
    return [] as unknown as void & Error[];
  }

  /**
   * A saver with its own client, which {@link close} closes.
   *
   * @param connString For example `"mongodb://localhost/agents"`.
   * @param options `client`: any option of the driver's `MongoClient`, for example `{ maxPoolSize: 5 }`.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  static fromConnString(
    connString: string,
    options: MongoDBSaverOptions & { readonly client?: ClientOptions | undefined } = {},
  ): MongoDBSaver {
    checkOptions(options, BY_URL, { ...OPTION_NAMES, client: true }, INSTEAD);
    const { client, ...rest } = options;
    checkConnString(connString);
    const open = () => ownClient(connString, client);
    const storage = storageOf(open, (own) => own.close(), rest);
    return new MongoDBSaver(storage as never, coreOptions(rest));
  }
}

const OPTION_NAMES: OptionNames<MongoDBSaverOptions> = {
  ...SAVER_OPTIONS,
  dbName: true,
  checkpointCollectionName: true,
  checkpointWritesCollectionName: true,
  enableTimestamps: true,
  writeConcern: true,
  readConcern: true,
  readPreference: true,
  aggregates: true,
};

const BY_URL = "MongoDBSaver.fromConnString(url, options)";

const INSTEAD = {
  ...SAVER_OPTIONS_INSTEAD,
  url: BY_URL,
  uri: BY_URL,
  connString: BY_URL,
  connectionString: BY_URL,
  db: "client and dbName",
  database: "dbName",
  databaseName: "dbName",
  collection: "checkpointCollectionName",
  collectionName: "checkpointCollectionName",
  mongoClient: "client",
  serializer: "serde",
};

const NOTHING = async (): Promise<void> => {};

function storageOn(client: unknown, options: MongoDBSaverOptions): MongoDBStorage {
  return storageOf(givenClient(client), NOTHING, options);
}

function storageOf(
  open: SessionOptions["open"],
  close: SessionOptions["close"],
  options: MongoDBSaverOptions,
): MongoDBStorage {
  const opened = async () => {
    await loadBsonClasses();
    return open();
  };
  return new MongoDBStorage({ open: opened, close, ...checkedOptions(options) });
}

function coreOptions({ ttl, ...options }: MongoDBSaverOptions): CheckpointSaverOptions {
  return coreOptionsOf({ ...options, ttl: typeof ttl === "number" ? { seconds: ttl } : ttl });
}

/** The application's own types come first; one with the name of a driver's type replaces it. */
function withDriverTypes(options: CheckpointSaverOptions): CheckpointSaverOptions {
  const { serde, types = [] } = options;
  if (serde !== undefined || !Array.isArray(types)) return options;
  const names = new Set((types as readonly (CustomType | undefined)[]).map((type) => type?.name));
  return {
    ...options,
    types: [...(types as CustomType[]), ...driverTypes.filter(({ name }) => !names.has(name))],
  };
}
