import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import type { Redis } from "ioredis";
import type { Saver } from "../contestant.ts";

/**
 * What one would write by hand: a key with the whole checkpoint, and a sorted set of their ids. It knows
 * only what the scenarios need, and is no saver to use.
 */
export function keyPerCheckpoint(client: Redis, prefix: string): Saver {
  const serde = new JsonPlusSerializer();
  const encode = async (value: unknown) => Buffer.from((await serde.dumpsTyped(value))[1]);
  const keyOf = (thread: string, id: string) => `${prefix}:${thread}:${id}`;
  const indexOf = (thread: string) => `${prefix}:${thread}`;

  const read = async (thread: string, id: string) => {
    const stored = await client.getBuffer(keyOf(thread, id));
    return stored ? ((await serde.loadsTyped("json", stored)) as Tuple) : undefined;
  };
  return {
    async put({ configurable }, checkpoint, metadata) {
      const thread = configurable!["thread_id"] as string;
      const parent = configurable!["checkpoint_id"] as string | undefined;
      const { id } = checkpoint;
      const config = { configurable: { thread_id: thread, checkpoint_ns: "", checkpoint_id: id } };
      await client
        .multi()
        .set(keyOf(thread, id), await encode({ config, checkpoint, metadata, parent }))
        .zadd(indexOf(thread), 0, id)
        .exec();
      return config;
    },
    async getTuple({ configurable }) {
      const thread = configurable!["thread_id"] as string;
      const [id] = await client.zrange(indexOf(thread), "+", "-", "BYLEX", "REV", "LIMIT", 0, 1);
      return id === undefined ? undefined : read(thread, id);
    },
    async *list({ configurable }) {
      const thread = configurable!["thread_id"] as string;
      for (const id of await client.zrange(indexOf(thread), "+", "-", "BYLEX", "REV")) {
        const tuple = await read(thread, id);
        if (tuple) yield tuple;
      }
    },
  };
}

type Tuple = NonNullable<Awaited<ReturnType<Saver["getTuple"]>>>;
