import { Redis } from "ioredis";
import { debianProgram, type DebianProgram } from "./debian.ts";
import { startNode, type Node } from "./node.ts";
import type { Machine } from "./machine.ts";
import type { Recipe } from "./recipe.ts";

/** The newest Redis. */
export const REDIS_8: DebianProgram = { name: "redis-server", major: 8, suite: "trixie" };

/** One server, which keeps nothing on disk unless the arguments say so. */
export function redis(
  names: Pick<Recipe, "name" | "kind" | "variable" | "image">,
  program: DebianProgram,
): Recipe {
  return {
    ...names,
    install: () => debianProgram(program),
    async start(open, { args }) {
      const machine = await open(1);
      const node = await startRedis(machine, machine.ports[0]!, program.name, args);
      return { url: `redis://${node.address}`, nodes: [node] };
    },
    version: redisVersion,
  };
}

/** Starts one process of Redis or Valkey. */
export function startRedis(
  machine: Machine,
  port: number,
  program: string,
  args: readonly string[],
): Promise<Node> {
  const fixed = ["--port", String(port), "--bind", machine.listen, "--protected-mode", "no"];
  // A replica waits for others that it could share its first copy with, unless told not to.
  const defaults = ["--save", "", "--repl-diskless-sync-delay", "0"];
  const command = { program, args: [...fixed, ...defaults, ...args] };
  return startNode(machine, port, command, (on) => askRedis(`redis://127.0.0.1:${on}`, ["PING"]));
}

/** The answer to a command, on a separate connection. */
export async function askRedis(url: string, command: readonly string[]): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // The rejected call says it already.
  client.on("error", () => {});
  try {
    await client.connect();
    return await client.call(command[0]!, ...command.slice(1));
  } finally {
    client.disconnect();
  }
}

/** Rejects as long as a replica has not copied its primary. */
export async function isReplica({ address }: Node): Promise<void> {
  const info = String(await askRedis(`redis://${address}`, ["INFO", "replication"]));
  if (!info.includes("master_link_status:up")) throw new Error(info);
}

/** The exact version of a Redis or Valkey. */
export async function redisVersion(url: string): Promise<string> {
  const info = String(await askRedis(url, ["INFO", "server"]));
  // Valkey also says which Redis it is like.
  return (/valkey_version:(\S+)/.exec(info) ?? /redis_version:(\S+)/.exec(info))?.[1] ?? "";
}
