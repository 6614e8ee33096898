import { createInterface } from "node:readline/promises";
import { CommandError } from "../exit-codes.ts";
import { Interrupted } from "../interrupt.ts";
import type { Terminal } from "../terminal.ts";

/** Where answers come from. */
export type Answers = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/**
 * Asks before something is removed.
 *
 * @param what What will be removed, as a sentence.
 * @throws CommandError without a terminal and without `--yes`, and for any answer but yes.
 * @throws Interrupted for Ctrl-C.
 */
export async function confirm(
  what: string,
  yes: boolean,
  terminal: Terminal,
  answers: Answers = process.stdin,
): Promise<void> {
  terminal.err(`${what}\n`);
  if (yes) return;
  if (!answers.isTTY) throw new CommandError("nothing was removed; add --yes to remove it");
  const asking = createInterface({ input: answers, output: process.stderr });
  const stopped = new Promise<never>((_, reject) => {
    asking.once("SIGINT", () => reject(new Interrupted("stopped; nothing was removed")));
    asking.once("close", () => reject(new CommandError("nothing was removed")));
  });
  try {
    const answer = await Promise.race([asking.question("Continue? [y/N] "), stopped]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was removed");
  } finally {
    stopped.catch(() => {});
    asking.close();
  }
}
