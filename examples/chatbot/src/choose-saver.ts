import { fileURLToPath } from "node:url";
import type { CheckpointSaver } from "@threadmark/core";
import { Problem } from "./problem.ts";

/** Where the threads are when nothing else is asked for. */
const FOLDER = process.env["DEMO_FOLDER"] ?? fileURLToPath(new URL("../.threads", import.meta.url));

/** Each loads only its own driver. */
const SAVERS = {
  async pglite() {
    const { PostgresSaver } = await import("@threadmark/postgres");
    return PostgresSaver.fromFolder(FOLDER);
  },
  async memory() {
    const { MemorySaver } = await import("@threadmark/memory");
    return new MemorySaver();
  },
  async postgres() {
    const { PostgresSaver } = await import("@threadmark/postgres");
    return PostgresSaver.fromConnString(urlOf("POSTGRES_URL", "postgres://user:password@localhost/agents"));
  },
  async redis() {
    const { RedisSaver } = await import("@threadmark/redis");
    return RedisSaver.fromUrl(urlOf("REDIS_URL", "redis://localhost:6379"));
  },
  async mongodb() {
    const { MongoDBSaver } = await import("@threadmark/mongodb");
    const url = urlOf("MONGODB_URL", "mongodb://localhost:27017");
    return MongoDBSaver.fromConnString(url, { dbName: "threadmark_demo" });
  },
} satisfies Record<string, () => Promise<CheckpointSaver>>;

export type SaverName = keyof typeof SAVERS;

export const SAVER_NAMES = Object.keys(SAVERS) as SaverName[];

/** Opens a saver that is ready to use. */
export async function chooseSaver(name: SaverName): Promise<CheckpointSaver> {
  const saver = await SAVERS[name]();
  try {
    await saver.setup();
    return saver;
  } catch (cause) {
    await saver.close();
    throw new Problem(`--saver ${name} cannot be used. ${reasonOf(cause)}`, { cause });
  }
}

function urlOf(variable: string, example: string): string {
  const url = process.env[variable];
  if (url) return url;
  throw new Problem(`Set ${variable} to the URL of the server, for example ${variable}=${example}`);
}

/** A refused connection to several addresses is an AggregateError without a message. */
function reasonOf(error: unknown): string {
  const { message, errors } = error as { message?: string; errors?: readonly unknown[] };
  return message || String(errors?.[0] ?? error);
}
