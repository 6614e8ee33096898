import { createInterface } from "node:readline/promises";
import { CommandError } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Asks before something is removed.
 *
 * @param what What will be removed, as a sentence.
 * @throws CommandError when there is nobody to ask and `--yes` was not given.
 */
export async function confirmed(what: string, yes: boolean, terminal: Terminal): Promise<boolean> {
  terminal.err(`${what}\n`);
  if (yes) return true;
  if (!process.stdin.isTTY) throw new CommandError("nothing was removed; add --yes to remove it");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test(await asking.question("Continue? [y/N] "));
  } finally {
    asking.close();
  }
}
