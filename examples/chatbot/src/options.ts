import { parseArgs } from "node:util";
import { Problem } from "./problem.ts";

export const USAGE = `Usage: node src/chatbot.ts [--help]

Environment
  MODEL   a chat model as provider:model, for example anthropic:claude-haiku-4-5, with the key of the provider in
          the environment; without it a small local model answers`;

/** What the program was asked to do. */
export interface Options {
  readonly help: boolean;
}

export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
    return { help: values.help ?? false };
  } catch (cause) {
    throw new Problem(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}
