import { CheckpointError } from "@threadmark/core";
import type { ClusterNode } from "./addresses.ts";
import type { Connection } from "./connection.ts";
import { explained, isRefused } from "./failure.ts";
import { checkSettles, connectionOfIoredis, type IoredisLike } from "./ioredis.ts";
import { lastErrorOf } from "./last-error.ts";
import { untilReady, type Patience } from "./until-ready.ts";

/** Options of ioredis, which are passed on unread. */
export type RedisClientOptions = Readonly<Record<string, unknown>>;

/** What a client of ioredis has in addition to what every client needs. */
interface OwnClient extends IoredisLike {
  quit(): Promise<unknown>;
}

/** Milliseconds. A call to a server that is connected but does not answer also ends with an error. */
const COMMAND_TIMEOUT = 30_000;

/** With these waits, the 20 attempts to connect that ioredis makes take ten seconds. */
function retryStrategy(times: number): number {
  return Math.min(50 * times, 1000);
}

/** How many times ioredis tries to connect before it gives up a call: as many as fit into the time for repeating it. */
function attemptsIn(retryMs: number): number | null {
  return Number.isFinite(retryMs) ? 20 + Math.max(0, Math.ceil((retryMs - 10_000) / 1000)) : null;
}

/**
 * A client of our own for one server, or for the primary that the option `sentinels` leads to.
 *
 * @param retryMs Milliseconds for which calls on the client are repeated.
 */
export async function openUrl(
  url: string,
  options: RedisClientOptions,
  { retryMs, ...patience }: Patience & { readonly retryMs: number },
): Promise<Connection> {
  const ioredis = await loadIoredis();
  // The first releases of ioredis 5 export the class only as the default.
  const Redis = ioredis.Redis ?? (ioredis.default as unknown as typeof ioredis.Redis);
  const maxRetriesPerRequest = attemptsIn(retryMs);
  const defaults = { retryStrategy, commandTimeout: COMMAND_TIMEOUT, maxRetriesPerRequest };
  checkSettles(options);
  return connected(new Redis(url, { ...defaults, ...options }), patience);
}

/** A client of our own for a cluster. User, password and TLS are those of the first URL. */
export async function openCluster(
  nodes: readonly ClusterNode[],
  options: RedisClientOptions,
  patience: Patience,
): Promise<Connection> {
  const { Cluster } = await loadIoredis();
  const places = nodes.map((node) => (typeof node === "object" && "url" in node ? node.url : node));
  const [first] = places;
  const login = typeof first === "string" ? loginOf(first) : {};
  const own = options["redisOptions"] as object | undefined;
  const redisOptions = { commandTimeout: COMMAND_TIMEOUT, ...login, ...own };
  // In ioredis' types, a node is a mutable object.
  const startup = places.map((place) => (typeof place === "string" ? place : { ...place }));
  return connected(new Cluster(startup, { ...options, redisOptions }), patience).catch((cause: unknown) => {
    throw isRefused(cause) ? cause : noNode(cause);
  });
}

/** ioredis does not say why it could not connect to the nodes. */
function noNode(cause: unknown): CheckpointError {
  return new CheckpointError(
    "STORAGE_FAILED",
    "none of the given nodes could be reached; check their addresses, and that they are a cluster",
    { cause: explained(cause) },
  );
}

async function loadIoredis() {
  try {
    return await import("ioredis");
  } catch (cause) {
    throw new CheckpointError(
      "INVALID_ARGUMENT",
      "fromUrl and fromCluster need ioredis: npm install ioredis. A client of the package redis can be passed to " +
        "new RedisSaver(client)",
      { field: "client", cause },
    );
  }
}

function loginOf(url: string): Record<string, unknown> {
  const { protocol, username, password } = new URL(url);
  return {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
}

/** Waits for the first connection, and closes the client if none succeeds. */
async function connected(client: OwnClient, patience: Patience): Promise<Connection> {
  const connection: Connection = {
    ...connectionOfIoredis(client),
    isReady: () => client.status === "ready",
    lastError: lastErrorOf(client),
    async close() {
      if (client.status === "ready") await client.quit().catch(() => client.disconnect());
      else client.disconnect();
    },
  };
  try {
    const isThere = (): boolean => client.status === "connect";
    const hasFailed = (): boolean => client.status === "end";
    await untilReady({ ...connection, isThere, hasFailed }, patience);
    return connection;
  } catch (error) {
    client.disconnect();
    throw error;
  }
}
