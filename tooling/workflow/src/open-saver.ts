import type { CheckpointSaver } from "@threadmark/core";

/** Where threads are kept: a saver, the URL of its server or its folder, and a name that nobody else uses there. */
export interface Place {
  readonly saver: SaverName;
  readonly url: string;
  readonly name: string;
}

/** Each loads only its own driver: a process that is killed after a moment must start fast. */
const OPEN = {
  async pglite({ url }: Place) {
    const { PostgresSaver } = await import("@threadmark/postgres");
    return PostgresSaver.fromFolder(url);
  },
  async postgres({ url, name }: Place) {
    const { PostgresSaver } = await import("@threadmark/postgres");
    return PostgresSaver.fromConnString(url, { schema: name });
  },
  async redis({ url, name }: Place) {
    const { RedisSaver } = await import("@threadmark/redis");
    return RedisSaver.fromUrl(url, { keyPrefix: `${name}:` });
  },
  async mongodb({ url, name }: Place) {
    const { MongoDBSaver } = await import("@threadmark/mongodb");
    return MongoDBSaver.fromConnString(url, { dbName: name });
  },
} satisfies Record<string, (place: Place) => Promise<CheckpointSaver>>;

export type SaverName = "mongodb" | "pglite" | "postgres" | "redis";

/** Opens a saver that is ready to use. */
export async function openSaver(place: Place): Promise<CheckpointSaver> {
  const saver = await OPEN[place.saver](place);
  await saver.setup();
  return saver;
}

/** Removes everything from a place. */
export async function clear(place: Place): Promise<void> {
  await using saver = await openSaver(place);
  await saver.deleteThreads({ allThreads: true });
}
