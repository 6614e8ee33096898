import { DatabaseSync } from "node:sqlite";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import type { OpenStore, TestedSaver } from "@threadmark/conformance";
import { asBetterSqlite } from "../../moving/src/better-sqlite.ts";

export const open: OpenStore = async ({ serde, ...others } = {}) => {
  if (Object.keys(others).length > 0) return undefined;
  const db = new DatabaseSync(":memory:");
  const reopen = async (): Promise<TestedSaver> =>
    new SqliteSaver(asBetterSqlite(db), serde) as unknown as TestedSaver;
  return { saver: await reopen(), reopen, close: async () => db.close() };
};
