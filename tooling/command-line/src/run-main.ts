import { main } from "../../../packages/cli/src/main.ts";
import type { Terminal } from "../../../packages/cli/src/terminal.ts";

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, on no terminal. Packages are those of this folder's project. */
export async function run(...args: string[]): Promise<Ended> {
  const texts = { out: "", err: "" };
  const terminal: Terminal = {
    out: (text) => void (texts.out += text),
    err: (text) => void (texts.err += text),
    style: (_, text) => text,
    interactive: false,
    columns: Infinity,
  };
  const code = await main(args, terminal);
  return { code, ...texts };
}

/** What a command prints with `--json`. */
export async function json<T = unknown>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args, "--json");
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return JSON.parse(out) as T;
}
