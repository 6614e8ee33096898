import type { Redis } from "ioredis";

/** All keys of a pattern. */
export async function keysLike(client: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of client.scanStream({ match: pattern, count: 1000 })) {
    for (const key of page as string[]) keys.add(key);
  }
  return [...keys];
}

/** Bytes that the keys of a pattern take, every element counted. */
export async function memoryOf(client: Redis, pattern: string): Promise<number> {
  let total = 0;
  for (const key of await keysLike(client, pattern)) {
    total += Number(await client.call("MEMORY", "USAGE", key, "SAMPLES", "0"));
  }
  return total;
}
