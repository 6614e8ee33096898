import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { promisify } from "node:util";

/** Where, when and with what something was measured. */
export interface Machine {
  /** Day and minute, UTC. */
  readonly date: string;
  readonly commit: string;
  readonly command: string;
  readonly processor: string;
  readonly node: string;
  /** With version; `undefined` where there is none. */
  readonly server: string | undefined;
  /** Versions of the packages that are measured and of LangGraph.js, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Mean number of running processes in the minute before. */
  readonly load: number;
}

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  postgres: ["@langchain/langgraph-checkpoint-postgres", "pg"],
  mongodb: ["@langchain/langgraph-checkpoint-mongodb", "mongodb-6"],
  redis: ["ioredis"],
  memory: ["@langchain/langgraph-checkpoint", "@langchain/langgraph-checkpoint-sqlite"],
  workflow: [],
  serializer: ["@langchain/langgraph-checkpoint"],
  overhead: ["@langchain/langgraph-checkpoint"],
};

export async function thisMachine(
  database: string,
  server: string | undefined,
  command: string,
): Promise<Machine> {
  const git = await promisify(execFile)("git", ["rev-parse", "--short=10", "HEAD"]);
  const names = ["@langchain/langgraph", ...PACKAGES[database]!];
  const versions = await Promise.all(names.map(async (name) => [name, await versionOf(name)] as const));
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: git.stdout.trim(),
    command,
    processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    node: process.versions.node,
    server,
    versions: Object.fromEntries(versions),
    load: loadavg()[0]!,
  };
}

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
