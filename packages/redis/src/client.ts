import { wrongArgument } from "@threadmark/core/storage";
import type { Connection } from "./connection.ts";
import { connectionOfIoredis, isIoredis, type IoredisLike } from "./ioredis.ts";
import { connectionOfNodeRedis, isNodeRedis, type NodeRedisLike } from "./node-redis.ts";
import { untilReady, type Patience } from "./until-ready.ts";

/** A client of ioredis, or of the package `redis` (node-redis). */
export type RedisClientLike = IoredisLike | NodeRedisLike;

/**
 * Returns a function that opens a connection over a client that the application owns.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when it is not a client, or its calls may never end.
 */
export function borrowed(client: RedisClientLike, patience: Patience): () => Promise<Connection> {
  checkClient(client);
  if (isIoredis(client)) {
    const connection = connectionOfIoredis(client);
    return async () => connection;
  }
  const connection = connectionOfNodeRedis(client);
  // Only once: a client that its owner has closed stays closed.
  if (client.isOpen) return async () => connection;
  const connect = connecting(client, connection, patience);
  return async () => {
    await connect();
    return connection;
  };
}

/** Connects a client that does not connect automatically; ioredis clients do. The client may keep trying forever. */
function connecting(client: NodeRedisLike, connection: Connection, patience: Patience): () => Promise<void> {
  let state: "new" | "trying" | "connected" | "failed" = "new";
  let failure: unknown;
  const start = async (): Promise<void> => {
    state = "trying";
    try {
      // Its owner may have connected it in the meantime.
      if (!client.isOpen) await client.connect();
      state = "connected";
    } catch (error) {
      failure = error;
      state = "failed";
    }
  };
  return async () => {
    // From then on it reconnects automatically, unless its owner has closed it.
    if (state === "connected") return;
    if (state === "new" || state === "failed") void start();
    await untilReady(
      {
        isReady: () => state === "connected" && connection.isReady(),
        isThere: () => false,
        hasFailed: () => state === "failed",
        lastError: () => (state === "failed" ? failure : connection.lastError()),
      },
      patience,
    );
  };
}

function checkClient(client: unknown): void {
  const problem = problemOf(client);
  if (problem === undefined) return;
  throw wrongArgument(
    "client",
    `${problem}; give a client of ioredis or of the package redis, or use RedisSaver.fromUrl(url)`,
  );
}

function problemOf(client: unknown): string | undefined {
  if (client === undefined || client === null) return "is missing";
  if (typeof client === "string" || client instanceof URL) return "is a URL, not a client";
  if (typeof client === "function") return "is a class or function, not a client";
  if (typeof client !== "object") return "is not a client";
  if ("then" in client) return "is a promise; await it first";
  if (isIoredis(client)) return undefined;
  if (!isNodeRedis(client)) return `is ${nameOf(client)}, not a client`;
  const { options } = client as { options?: { legacyMode?: unknown } };
  return options?.legacyMode
    ? "is in legacyMode, which returns no promises; create one without it"
    : undefined;
}

/** The name of an object's class. The object's content never becomes part of a message: options hold passwords. */
function nameOf(value: object): string {
  const name = (value.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === "string" && /^[A-Za-z_$][\w$]{0,40}$/.test(name) && name !== "Object"
    ? `a ${name}`
    : "a plain object";
}
