import { CheckpointError } from "@threadmark/core";
import type { RedisClientLike, ScriptClient } from "./ioredis.ts";
import type { Connection } from "./runner.ts";

/** Options of ioredis, which this package does not look at. */
export type RedisClientOptions = Readonly<Record<string, unknown>>;

/** Where a node of a cluster is. */
export type ClusterNode =
  | string
  | { readonly url: string }
  | { readonly host: string; readonly port: number };

/** What a client of ioredis has beside what any client needs. */
interface OwnClient extends RedisClientLike {
  on(event: "error", listener: (error: unknown) => void): unknown;
  quit(): Promise<unknown>;
}

/** What ioredis does otherwise may leave a call without an answer for minutes, or for good. */
const PATIENCE = {
  /** With these waits, the 20 attempts to connect that ioredis makes take ten seconds. */
  retryStrategy: (times: number): number => Math.min(50 * times, 1000),
  /** Milliseconds. A server that is connected and says nothing ends a call with an error, too. */
  commandTimeout: 30_000,
};

/**
 * A client that somebody else owns.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when its calls may never end.
 */
export function borrowed(client: RedisClientLike): Connection {
  checkSettles(client.options);
  return { client: client as ScriptClient, lastError: () => undefined, close: async () => {} };
}

/** The attempts to connect after which ioredis gives up a call: no fewer than fit into the time for repeating it. */
function attemptsIn(retryMs: number): number | null {
  return Number.isFinite(retryMs) ? 20 + Math.max(0, Math.ceil((retryMs - 10_000) / 1000)) : null;
}

/**
 * A client of our own for one server, or for what `sentinels` in the options leads to.
 *
 * @param retryMs Milliseconds for which calls on it are repeated.
 */
export async function openUrl(
  url: string,
  options: RedisClientOptions,
  retryMs: number,
): Promise<Connection> {
  checkSettles(options);
  const ioredis = await import("ioredis");
  // The first releases of ioredis 5 export the class as the default only.
  const Redis = ioredis.Redis ?? (ioredis.default as unknown as typeof ioredis.Redis);
  const maxRetriesPerRequest = attemptsIn(retryMs);
  return owned(new Redis(url, { ...PATIENCE, maxRetriesPerRequest, ...options }));
}

/** A client of our own for a cluster. User, password and TLS are those of the first URL. */
export async function openCluster(
  nodes: readonly ClusterNode[],
  options: RedisClientOptions,
): Promise<Connection> {
  const { Cluster } = await import("ioredis");
  const places = nodes.map((node) => (typeof node === "object" && "url" in node ? node.url : node));
  const [first] = places;
  const login = typeof first === "string" ? loginOf(first) : {};
  const { commandTimeout } = PATIENCE;
  const redisOptions = { commandTimeout, ...login, ...(options["redisOptions"] as object | undefined) };
  // In the types a node is a mutable object.
  const startup = places.map((place) => (typeof place === "string" ? place : { ...place }));
  return owned(new Cluster(startup, { ...options, redisOptions }));
}

/** Without either, ioredis forgets the calls that were under way when a connection was lost: they never end. */
function checkSettles(options: { autoResendUnfulfilledCommands?: boolean; commandTimeout?: number }): void {
  if (options.autoResendUnfulfilledCommands !== false || options.commandTimeout !== undefined) return;
  throw new CheckpointError(
    "INVALID_ARGUMENT",
    "with autoResendUnfulfilledCommands: false a lost connection would leave calls unanswered forever; set " +
      "commandTimeout too, or leave it at true: every call of a saver can be sent twice",
    { field: "client" },
  );
}

function loginOf(url: string): Record<string, unknown> {
  const { protocol, username, password } = new URL(url);
  return {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
}

function owned(client: OwnClient): Connection {
  let last: unknown;
  // Without a listener ioredis writes every lost connection to the console. Nobody's call is lost with it.
  client.on("error", (error) => (last = error));
  return {
    client: client as unknown as ScriptClient,
    lastError: () => last,
    async close() {
      if (client.status === "ready") await client.quit().catch(() => client.disconnect());
      else client.disconnect();
    },
  };
}
