import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// The sources in the repository, the build where the package is installed.
const folder = dirname(createRequire(import.meta.url).resolve("@threadmark/cli/package.json"));
const source = join(folder, "src", "bin.ts");
export const bin = existsSync(source) ? source : join(folder, "dist", "bin.js");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user's shell would. */
export function threadmark(
  args: readonly string[],
  options: { cwd?: string; env?: object } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}
