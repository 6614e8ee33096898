import { CheckpointError } from "@threadmark/core/storage";
import type { Collection, Database } from "./driver.ts";
import { isDuplicateKey, isNamespaceExists } from "./failure.ts";

/** The version of what is stored. */
const SCHEMA_VERSION = 1;

/** The document that says which version of this package has set the collection up. */
const VERSION_KEY = { _id: "threadmark" };

/** The index that finds threads by their metadata. */
export const ENTRIES_INDEX = "entries";

interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly sparse: boolean;
}

/**
 * Indexes besides the one on `_id`. Each is on fields that only one kind of document has, and sparse, so that it has no
 * entries for blobs and writes, the most numerous documents.
 */
export const INDEXES: readonly Index[] = [
  // Checkpoints of a thread in all namespaces, newest first.
  { name: "scan_thread", key: { "scan.t": 1, "scan.i": -1, "scan.n": 1 }, sparse: true },
  // Checkpoints of all threads, newest first.
  { name: "scan_all", key: { "scan.i": -1, "scan.t": 1, "scan.n": 1 }, sparse: true },
  // Checkpoints of a run, by thread.
  { name: "runs", key: { run: 1 }, sparse: true },
  // Threads, most recently updated first.
  { name: "threads", key: { updated: -1, thread: 1 }, sparse: true },
  // Threads by their own metadata, most recently updated first.
  { name: ENTRIES_INDEX, key: { "entries.k": 1, "entries.v": 1, updated: -1, thread: 1 }, sparse: true },
  // Threads that expire.
  { name: "expiry", key: { expires: 1 }, sparse: true },
  // The same, for those whose expiry is damaged.
  { name: "expiry_copy", key: { expiresCopy: 1 }, sparse: true },
];

export async function isSetUp(collection: Collection, name: string): Promise<boolean> {
  const [found] = await collection.find(VERSION_KEY, { limit: 1 }).toArray();
  const version = Number(found?.["version"] ?? 0);
  if (version <= SCHEMA_VERSION) return version > 0;
  throw new CheckpointError(
    "SCHEMA_TOO_NEW",
    `collection ${name} has version ${version}, and this @threadmark/mongodb knows ${SCHEMA_VERSION}; ` +
      "update the package",
  );
}

/** Creates the collection and its indexes. Safe in many processes at once, and when everything exists already. */
export async function setUp(database: Database, collection: Collection, name: string): Promise<void> {
  await createCollection(database, name);
  await collection.createIndexes(INDEXES);
  try {
    await collection.updateOne(VERSION_KEY, { $setOnInsert: { version: SCHEMA_VERSION } }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

async function createCollection(database: Database, name: string): Promise<void> {
  const [found] = (await database.listCollections({ name }).toArray()) as {
    options?: { collation?: { locale?: string } };
  }[];
  const locale = found?.options?.collation?.locale ?? "simple";
  if (locale !== "simple") {
    throw new CheckpointError(
      "NOT_SUPPORTED",
      `collection ${name} has the collation ${locale}, in which different ids can be equal; use another name`,
    );
  }
  if (found) return;
  try {
    await database.createCollection(name);
  } catch (error) {
    if (!isNamespaceExists(error)) throw error;
  }
}
