import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What a program prints. Rejects, with what it says about it, unless it ends with 0. */
export async function outputOf(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args])).stdout;
}
