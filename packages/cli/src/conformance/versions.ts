import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = [
  "@threadmark/core",
  "@langchain/langgraph",
  "@langchain/langgraph-checkpoint",
  "@langchain/core",
] as const;

/** The versions of the suite, LangGraph.js and the saver, as far as they are installed. */
export function versionsFrom(folder: string, target: string): Record<string, string> {
  const base = pathToFileURL(join(folder, "threadmark.js"));
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of [...NAMES, target]) {
    const found = versionOf(name, base) ?? (name === NAMES[0] ? versionOf(name, import.meta.url) : undefined);
    if (found !== undefined) versions[name] = found;
  }
  return versions;
}

/** Read from the file, since not every package exports its manifest. */
function versionOf(name: string, base: string | URL): string | undefined {
  if (/^[./]/.test(name)) return undefined;
  const folders = createRequire(base).resolve.paths(name) ?? [];
  const file = folders.map((folder) => join(folder, name, "package.json")).find((path) => existsSync(path));
  return file && (JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version;
}
