import { randomUUID } from "node:crypto";
import type { OpenStore } from "@threadmark/conformance";
import { MongoDBSaver } from "@threadmark/mongodb";

export const options = { share: true };

export const open: OpenStore = async (given) => {
  const dbName = `peer_${randomUUID().replaceAll("-", "")}`;
  const opened: MongoDBSaver[] = [];
  const reopen = async (): Promise<MongoDBSaver> => {
    const saver = MongoDBSaver.fromConnString(process.env["PEER_URL"]!, { dbName, ...given });
    opened.push(saver);
    return saver;
  };
  const saver = await reopen();
  await saver.setup();
  return { saver, reopen, close: async () => void (await Promise.all(opened.map((one) => one.close()))) };
};
