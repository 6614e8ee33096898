import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Counts } from "./counts.ts";

const PROGRAM = fileURLToPath(new URL("allocating.ts", import.meta.url));

/** Kilobytes that calls of our saver allocate in memory, counted in a process that does not collect garbage. */
export async function allocations(): Promise<Counts> {
  const flags = [
    "--conditions=@threadmark/source",
    "--expose-gc",
    "--min-semi-space-size=128",
    "--max-semi-space-size=128",
    "--no-opt",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, PROGRAM]);
  return JSON.parse(stdout) as Counts;
}
