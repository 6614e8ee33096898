import { utf8Length, wrongOption } from "@threadmark/core/storage";
import type { MongoWriteConcern } from "./driver.ts";
import type { MongoDBSaverOptions } from "./saver.ts";
import type { MongoDBStorageOptions } from "./storage.ts";

const DEFAULT_COLLECTION = "threadmark_checkpoints";
/** A removal from a very large thread may take longer; then it starts again. */
const PATIENCE = 10_000;
const READ_CONCERNS = new Set(["local", "available", "majority", "linearizable"]);
const READ_PREFERENCES = new Set([
  "primary",
  "primaryPreferred",
  "secondary",
  "secondaryPreferred",
  "nearest",
]);
/** Bytes of UTF-8 that the server allows. */
const MAX_DB_NAME = 63;

/** Checks the options that the storage needs, and fills in the defaults. */
export function checkedOptions(options: MongoDBSaverOptions): Omit<MongoDBStorageOptions, "open" | "close"> {
  const {
    dbName,
    checkpointCollectionName: collectionName = DEFAULT_COLLECTION,
    writeConcern = { w: "majority", journal: true },
    readConcern = "majority",
    readPreference = "primary",
    aggregates = true,
  } = options;
  if (dbName !== undefined) {
    check(isName(dbName, /[/\\. "$*<>:|?\0]/), "dbName", "is not a valid name of a database");
    check(utf8Length(dbName) <= MAX_DB_NAME, "dbName", `must have at most ${MAX_DB_NAME} bytes`);
  }
  check(
    isName(collectionName, /[$\0]|^system\.|^\.|\.$/),
    "checkpointCollectionName",
    "is not a valid name of a collection",
  );
  check(READ_CONCERNS.has(readConcern), "readConcern", `must be one of ${[...READ_CONCERNS].join(", ")}`);
  check(
    isReadPreference(readPreference),
    "readPreference",
    `must be one of ${[...READ_PREFERENCES].join(", ")}`,
  );
  check(typeof aggregates === "boolean", "aggregates", "must be true or false");
  check(isObject(writeConcern), "writeConcern", 'must be an object, for example { w: "majority" }');
  check(
    isAcknowledged(writeConcern),
    "writeConcern",
    'must have as w "majority" or a number of servers, at least 1',
  );
  return {
    dbName,
    collectionName,
    writeConcern,
    readConcern,
    readPreference,
    aggregates,
    patience: PATIENCE,
  };
}

/** One of the names, or the driver's object for one. */
function isReadPreference(value: unknown): boolean {
  if (isObject(value)) return READ_PREFERENCES.has((value as { mode?: string }).mode ?? "");
  return typeof value === "string" && READ_PREFERENCES.has(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Every write needs its answer. */
function isAcknowledged({ w }: MongoWriteConcern): boolean {
  return w === undefined || w === "majority" || (Number.isSafeInteger(w) && w > 0);
}

function isName(name: unknown, wrong: RegExp): boolean {
  return typeof name === "string" && name !== "" && !wrong.test(name);
}

function check(right: boolean, field: string, problem: string): void {
  if (!right) throw wrongOption(field, problem);
}
