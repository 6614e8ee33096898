import { Redis } from "ioredis";
import type { Meter } from "../place.ts";

export async function openMeter(url: string): Promise<Meter> {
  const client = new Redis(url);
  return {
    async use() {
      const info = await client.info("cpu");
      return { cpu: 1000 * (seconds(info, "used_cpu_sys") + seconds(info, "used_cpu_user")), log: undefined };
    },
    stored: async (name) => [await memoryOf(client, `${name}*`)],
    async remove(name) {
      for (const keys of pages(await keysLike(client, `${name}*`))) await client.unlink(...keys);
    },
    async [Symbol.asyncDispose]() {
      await client.quit();
    },
  };
}

function seconds(info: string, name: string): number {
  return Number(new RegExp(`${name}:([\\d.]+)`).exec(info)![1]);
}

/** Bytes that the keys of a pattern take, every element counted. */
async function memoryOf(client: Redis, pattern: string): Promise<number> {
  let total = 0;
  for (const keys of pages(await keysLike(client, pattern))) {
    const pipeline = client.pipeline();
    for (const key of keys) pipeline.call("MEMORY", "USAGE", key, "SAMPLES", "0");
    for (const [error, bytes] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      total += Number(bytes);
    }
  }
  return total;
}

async function keysLike(client: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of client.scanStream({ match: pattern, count: 1000 })) {
    for (const key of page as string[]) keys.add(key);
  }
  return [...keys];
}

function* pages(keys: readonly string[]): Generator<string[]> {
  for (let start = 0; start < keys.length; start += 1000) yield keys.slice(start, start + 1000);
}
