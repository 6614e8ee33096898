import { randomUUID } from "node:crypto";
import type { OpenStore } from "@threadmark/conformance";
import { PostgresSaver } from "@threadmark/postgres";

export const options = { share: true };

export const open: OpenStore = async (given) => {
  const schema = `peer_${randomUUID().replaceAll("-", "")}`;
  const opened: PostgresSaver[] = [];
  const reopen = async (): Promise<PostgresSaver> => {
    const saver = PostgresSaver.fromConnString(process.env["PEER_URL"]!, { schema, ...given });
    opened.push(saver);
    return saver;
  };
  const saver = await reopen();
  await saver.setup();
  return { saver, reopen, close: async () => void (await Promise.all(opened.map((one) => one.close()))) };
};
