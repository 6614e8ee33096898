import { MongoClient } from "mongodb-6";
import type { Meter } from "../place.ts";
import { UNWATCHED } from "./unwatched.ts";

interface Status {
  readonly extra_info: { readonly user_time_us: number; readonly system_time_us: number };
  readonly wiredTiger: { readonly log: { readonly "log bytes written": number } };
}

/** Needs a server on Linux. */
export async function openMeter(url: string): Promise<Meter> {
  const client = new MongoClient(url, UNWATCHED);
  await client.connect();
  const admin = client.db("admin");
  return {
    async use() {
      const { extra_info: time, wiredTiger } = (await admin.command({
        serverStatus: 1,
      })) as unknown as Status;
      const cpu = (time.user_time_us + time.system_time_us) / 1000;
      return { cpu, log: wiredTiger.log["log bytes written"] };
    },
    async stored(name) {
      // Without one of its checkpoints the files do not have everything.
      await admin.command({ fsync: 1 });
      const stats = await client.db(name).command({ dbStats: 1 });
      return [Number(stats["dataSize"]), Number(stats["storageSize"]) + Number(stats["indexSize"])];
    },
    async remove(name) {
      await client.db(name).dropDatabase();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
