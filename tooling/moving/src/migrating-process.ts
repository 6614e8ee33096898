import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../packages/cli/src/bin.ts", import.meta.url));

/** Two places in one Postgres. */
export interface Places {
  readonly url: string;
  readonly oldSchema: string;
  readonly schema: string;
}

/** How a run of `threadmark migrate` ended. */
export interface MigrationRun {
  readonly killed: boolean;
  readonly code: number | null;
  /** What it printed: the report as JSON, if it got so far. */
  readonly out: string;
  readonly err: string;
}

/** What is seen of the process while it runs. */
export interface MigrationWatcher {
  /** A line of progress. Returns whether to end the process with SIGKILL. */
  progress?(checkpoints: number, residentBytes: number): boolean;
}

/** Runs `threadmark migrate` as a user would, in a process. */
export async function runMigration(places: Places, watcher: MigrationWatcher = {}): Promise<MigrationRun> {
  const { url, oldSchema, schema } = places;
  const flags = ["--from-schema", oldSchema, "--schema", schema, "--json"];
  const child = spawn(
    process.execPath,
    ["--conditions=@threadmark/source", command, "migrate", `langgraph+${url}`, url, ...flags],
    { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "pipe"] },
  );
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  const lines = createInterface({ input: child.stderr });
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve([code, signal]));
  });
  lines.on("line", (line) => {
    texts.err += `${line}\n`;
    const [, checkpoints] = /(\d+) checkpoints/.exec(line) ?? [];
    if (checkpoints === undefined || !watcher.progress) return;
    if (watcher.progress(Number(checkpoints), residentBytes(child.pid!))) child.kill("SIGKILL");
  });
  const [code, signal] = await ended;
  return { killed: signal === "SIGKILL", code, ...texts };
}

/** What a process holds in memory, as Linux counts it; 0 elsewhere, or when it has ended. */
function residentBytes(pid: number): number {
  const file = `/proc/${pid}/status`;
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
