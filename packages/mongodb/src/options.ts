import { CheckpointError } from "@threadmark/core/storage";
import type { MongoDBSaverOptions } from "./saver.ts";
import type { MongoDBStorageOptions } from "./storage.ts";

const DEFAULT_COLLECTION = "threadmark_checkpoints";
/** A removal from a very large thread may take longer; then it starts again. */
const PATIENCE = 10_000;
const READ_CONCERNS = new Set(["local", "available", "majority", "linearizable"]);

/** Checks the options that the storage needs, and fills in what is left out. */
export function checkedOptions(options: MongoDBSaverOptions): Omit<MongoDBStorageOptions, "open" | "close"> {
  const {
    dbName,
    checkpointCollectionName: collectionName = DEFAULT_COLLECTION,
    writeConcern = { w: "majority", journal: true },
    readConcern = "majority",
    readPreference = "primary",
    aggregates = true,
  } = options;
  if (dbName !== undefined) check(isName(dbName, /[/\\. "$*<>:|?\0]/), "dbName", "is not a name of a database");
  check(isName(collectionName, /[$\0]|^system\.|^\.|\.$/), "checkpointCollectionName", "is not a name of a collection");
  check(READ_CONCERNS.has(readConcern), "readConcern", `must be one of ${[...READ_CONCERNS].join(", ")}`);
  check(writeConcern.w !== 0, "writeConcern", "must ask for an acknowledgement, since every write needs its answer");
  return { dbName, collectionName, writeConcern, readConcern, readPreference, aggregates, patience: PATIENCE };
}

function isName(name: unknown, wrong: RegExp): boolean {
  return typeof name === "string" && name !== "" && !wrong.test(name);
}

function check(right: boolean, field: string, problem: string): void {
  if (!right) throw new CheckpointError("INVALID_ARGUMENT", `option ${field} ${problem}`, { field });
}
