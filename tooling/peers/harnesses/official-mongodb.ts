import { randomUUID } from "node:crypto";
import { MongoDBSaver } from "@langchain/langgraph-checkpoint-mongodb";
import type { OpenStore } from "@threadmark/conformance";
import { MongoClient } from "mongodb-6";

const client = new MongoClient(process.env["PEER_URL"]!);

export const options = { share: true };

export const open: OpenStore = async ({ serde, ...others } = {}) => {
  if (Object.keys(others).length > 0) return undefined;
  const dbName = `peer_${randomUUID().replaceAll("-", "")}`;
  const params = { client, dbName } as never;
  const reopen = async (): Promise<MongoDBSaver> => new MongoDBSaver(params, serde);
  const saver = await reopen();
  await saver.setup();
  return {
    saver,
    reopen,
    async close() {
      await client.db(dbName).dropDatabase();
    },
  };
};
