import { randomUUID } from "node:crypto";
import type { OpenStore } from "@threadmark/conformance";
import { RedisSaver } from "@threadmark/redis";

export const options = { share: true };

export const open: OpenStore = async (given) => {
  const keyPrefix = `peer_${randomUUID().replaceAll("-", "")}`;
  const opened: RedisSaver[] = [];
  const reopen = async (): Promise<RedisSaver> => {
    const saver = RedisSaver.fromUrl(process.env["PEER_URL"]!, { keyPrefix, ...given });
    opened.push(saver);
    return saver;
  };
  const saver = await reopen();
  await saver.setup();
  return { saver, reopen, close: async () => void (await Promise.all(opened.map((one) => one.close()))) };
};
