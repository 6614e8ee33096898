import { MongoClient, type Document } from "mongodb";
import { mongodProgram } from "./mongod.ts";
import { startNode, type Node } from "./node.ts";
import type { Machine } from "./machine.ts";
import type { Recipe } from "./recipe.ts";

export const MONGODB_IMAGE = "mongo:6";

/** One server. */
export const mongodb: Recipe = {
  name: "mongodb",
  kind: "mongodb",
  variable: "MONGODB_URL",
  image: MONGODB_IMAGE,
  install: mongodProgram,
  async start(open, { args }) {
    const machine = await open(1);
    const node = await startMongod(machine, machine.ports[0]!, args);
    return { url: `mongodb://${node.address}/?directConnection=true`, nodes: [node] };
  },
  version: mongodVersion,
};

/** Starts one process of MongoDB. */
export function startMongod(machine: Machine, port: number, args: readonly string[]): Promise<Node> {
  const fixed = ["--port", String(port), "--bind_ip", machine.listen, "--dbpath", "."];
  // Nobody reads its own measurements, which it would take every second.
  const lean = ["--wiredTigerCacheSizeGB", "0.5", "--setParameter", "diagnosticDataCollectionEnabled=false"];
  const command = { program: "mongod", args: [...fixed, ...lean, ...args] };
  return startNode(machine, port, command, (on) => askMongod(directUrl(on), { ping: 1 }));
}

export function directUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

/** The answer to an administrator's command, on a separate connection. */
export async function askMongod(url: string, command: Document): Promise<Document> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000 });
  try {
    return await client.db("admin").command(command);
  } finally {
    await client.close();
  }
}

export async function mongodVersion(url: string): Promise<string> {
  return String((await askMongod(url, { buildInfo: 1 }))["version"]);
}
