import type { Store } from "../stores/open-store.ts";
import type { StoreSize } from "./store-size.ts";

interface Pool {
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
}

interface Collection {
  aggregate(stages: object[]): { toArray(): Promise<Record<string, unknown>[]> };
}

interface Database {
  prepare(text: string): { get(): Record<string, unknown> };
}

/** The fields of LangGraph.js's own savers that lead to their data. */
interface OfficialSaver {
  readonly pool?: Pool;
  readonly options?: { readonly schema?: string };
  readonly db?: { collection?(name: string): Collection } & Partial<Database>;
  readonly checkpointCollectionName?: string;
  readonly checkpointWritesCollectionName?: string;
}

/** How much LangGraph.js's own saver has stored: the server measures the data and sends none of it. */
export async function officialSize({ saver, address }: Store): Promise<StoreSize | undefined> {
  const official = saver as unknown as OfficialSaver;
  if (address.kind === "postgres" && official.pool)
    return postgresSize(official.pool, official.options?.schema);
  if (address.kind === "mongodb") return mongoSize(official);
  if (address.kind === "sqlite" && official.db?.prepare) return sqliteSize(official.db as Database);
  return undefined;
}

async function postgresSize(pool: Pool, schema = "public"): Promise<StoreSize> {
  const table = (name: string): string => `"${schema.replaceAll('"', '""')}".${name}`;
  const sumOf = (name: string, columns: readonly string[]): string => {
    const sizes = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`).join(" + ");
    return `(SELECT coalesce(sum(${sizes}), 0) FROM ${table(name)})`;
  };
  const { rows } = await pool.query(`SELECT
    (SELECT count(DISTINCT thread_id) FROM ${table("checkpoints")}) AS threads,
    (SELECT count(*) FROM ${table("checkpoints")}) AS checkpoints,
    ${sumOf("checkpoints", ["checkpoint", "metadata"])} + ${sumOf("checkpoint_blobs", ["blob"])}
      + ${sumOf("checkpoint_writes", ["blob"])} AS bytes`);
  return numbersIn(rows[0]);
}

async function mongoSize(saver: OfficialSaver): Promise<StoreSize | undefined> {
  const { db, checkpointCollectionName = "checkpoints" } = saver;
  const { checkpointWritesCollectionName = "checkpoint_writes" } = saver;
  if (!db?.collection) return undefined;
  const ask = async (name: string, stages: object[]): Promise<Record<string, unknown>> =>
    (await db.collection!(name).aggregate(stages).toArray())[0] ?? {};
  const sum = [{ $group: { _id: null, count: { $sum: 1 }, bytes: { $sum: { $bsonSize: "$$ROOT" } } } }];
  const checkpoints = await ask(checkpointCollectionName, sum);
  const writes = await ask(checkpointWritesCollectionName, sum);
  const threads = await ask(checkpointCollectionName, [
    { $group: { _id: "$thread_id" } },
    { $count: "count" },
  ]);
  return {
    threads: Number(threads["count"] ?? 0),
    checkpoints: Number(checkpoints["count"] ?? 0),
    bytes: Number(checkpoints["bytes"] ?? 0) + Number(writes["bytes"] ?? 0),
  };
}

function sqliteSize(db: Database): StoreSize {
  return numbersIn(
    db
      .prepare(
        `SELECT (SELECT count(DISTINCT thread_id) FROM checkpoints) AS threads,
          (SELECT count(*) FROM checkpoints) AS checkpoints,
          (SELECT total(length(checkpoint) + length(metadata)) FROM checkpoints)
          + (SELECT total(length(value)) FROM writes) AS bytes`,
      )
      .get(),
  );
}

function numbersIn(row: Readonly<Record<string, unknown>> = {}): StoreSize {
  const numberOf = (name: string): number => Number(row[name] ?? 0);
  return { threads: numberOf("threads"), checkpoints: numberOf("checkpoints"), bytes: numberOf("bytes") };
}
