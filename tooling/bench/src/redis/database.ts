import { RedisSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-redis";
import { RedisSaver } from "@threadmark/redis";
import { Redis } from "ioredis";
import type { Contestant, DatabaseRecipe, Place, Saver } from "../contestant.ts";
import { TrafficCounter } from "../traffic.ts";
import { KeyPerCheckpoint } from "./key-per-checkpoint.ts";
import { keysLike, memoryOf } from "./memory.ts";
import { rawCommandTables } from "./raw-commands.ts";
import { scriptTimes } from "./script-times.ts";

const REMARKS = `Commands are those that the client sends; bytes are counted at its sockets. *memory* is \`MEMORY USAGE\` of all keys at the
end. *a key per checkpoint* is what you would write by hand: \`SET\` of the whole checkpoint and a sorted set of ids.`;

const WITHOUT_OFFICIAL = `LangGraph.js's own \`RedisSaver\` is not in the tables: it needs the modules RedisJSON and RediSearch, which this server
does not have.`;

/** Redis, with a plain way of doing it, and LangGraph.js's own saver where the server can run it. */
export const redis: DatabaseRecipe = {
  id: "redis",
  servers: ["redis:8"],
  async open(url, version) {
    const admin = new Redis(url);
    const official = await canRunOfficial(admin);
    return {
      id: "redis",
      subject: "@threadmark/redis",
      server: `Redis ${version}`,
      stores: ["memory"],
      trips: "commands",
      remarks: official ? REMARKS : `${REMARKS}\n\n${WITHOUT_OFFICIAL}`,
      contestants: [
        onClient(
          admin,
          url,
          "@threadmark/redis",
          (client, keyPrefix) => new RedisSaver(client, { keyPrefix }),
        ),
        onClient(
          admin,
          url,
          "a key per checkpoint",
          (client, prefix) => new KeyPerCheckpoint(client, prefix),
        ),
        ...(official ? [officialOn(admin, url)] : []),
      ],
      details: async () => `${await rawCommandTables(url)}\n\n${await scriptTimes(url)}`,
      async [Symbol.asyncDispose]() {
        await admin.quit();
      },
    };
  },
};

/** Its keys have fixed names, so nothing else may be in the database. */
async function canRunOfficial(admin: Redis): Promise<boolean> {
  const modules = JSON.stringify(await admin.call("MODULE", "LIST"));
  return modules.includes("ReJSON") && modules.includes("search") && (await admin.dbsize()) === 0;
}

function onClient(
  admin: Redis,
  url: string,
  name: string,
  open: (client: Redis, prefix: string) => Saver,
): Contestant {
  return {
    name,
    async open(): Promise<Place> {
      const prefix = `bench-${globalThis.crypto.randomUUID()}`;
      using traffic = new TrafficCounter();
      traffic.watch();
      const client = new Redis(url);
      const send = client.sendCommand.bind(client);
      client.sendCommand = (...args) => {
        traffic.roundTrips++;
        return send(...args);
      };
      await client.ping();
      return {
        saver: open(client, prefix),
        reopen: async () => open(client, prefix),
        traffic: async () => traffic.read(),
        stored: async () => [await memoryOf(admin, `${prefix}*`)],
        async [Symbol.asyncDispose]() {
          await client.quit();
          for (const key of await keysLike(admin, `${prefix}*`)) await admin.unlink(key);
        },
      };
    },
  };
}

/** Its client does not tell its commands, so the server is asked; the question counts as well. */
function officialOn(admin: Redis, url: string): Contestant {
  return {
    name: "@langchain/langgraph-checkpoint-redis",
    async open(): Promise<Place> {
      using traffic = new TrafficCounter();
      traffic.watch();
      const saver = await OfficialSaver.fromUrl(url);
      let questions = 0;
      return {
        saver,
        reopen: async () => saver,
        async traffic() {
          const [, count] = /total_commands_processed:(\d+)/.exec(await admin.info("stats"))!;
          return { ...traffic.read(), roundTrips: Number(count) - questions++ };
        },
        stored: async () => [await memoryOf(admin, "*")],
        async [Symbol.asyncDispose]() {
          await saver.end();
          for (const key of await keysLike(admin, "*")) await admin.unlink(key);
        },
      };
    },
  };
}
