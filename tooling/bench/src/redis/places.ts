import { RedisSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-redis";
import { RedisSaver } from "@threadmark/redis";
import { Redis } from "ioredis";
import { OnlyPut } from "../only-put.ts";
import type { OpenPlace, Saver, Target } from "../place.ts";
import { TrafficCounter } from "../traffic.ts";
import { KeyPerCheckpoint } from "./key-per-checkpoint.ts";

export const places: Readonly<Record<string, OpenPlace>> = {
  ours: opener((client, keyPrefix) => new RedisSaver(client, { keyPrefix })),
  plain: opener((client, prefix) => new KeyPerCheckpoint(client, prefix)),
  floor: opener(
    (client, prefix) =>
      new OnlyPut(async (id, bytes) => {
        await client.set(`${prefix}:${id}`, bytes);
      }),
  ),
  async official({ url }) {
    using traffic = new TrafficCounter();
    traffic.watch({ writesAreTrips: false });
    const saver = await OfficialSaver.fromUrl(url);
    return {
      saver,
      workflows: false,
      reopen: async () => saver,
      traffic: () => traffic.read(),
      [Symbol.asyncDispose]: () => saver.end(),
    };
  },
};

function opener(open: (client: Redis, prefix: string) => Saver): OpenPlace {
  return async ({ url, name }: Target) => {
    using traffic = new TrafficCounter();
    traffic.watch({ writesAreTrips: false });
    const client = new Redis(url);
    const send = client.sendCommand.bind(client);
    client.sendCommand = (...args) => {
      traffic.roundTrips++;
      return send(...args);
    };
    await client.ping();
    return {
      saver: open(client, name),
      workflows: false,
      reopen: async () => open(client, name),
      traffic: () => traffic.read(),
      async [Symbol.asyncDispose]() {
        await client.quit();
      },
    };
  };
}
