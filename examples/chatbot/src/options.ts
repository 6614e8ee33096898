import { parseArgs } from "node:util";
import { SAVER_NAMES, type SaverName } from "./choose-saver.ts";
import { Problem } from "./problem.ts";

export const USAGE = `Usage: npm run demo -- [--saver NAME] [--reset] [--help]

  --saver NAME   where the threads are kept: ${SAVER_NAMES.join(", ")}; pglite is a folder beside the
                 program, and the default
  --reset        forget the threads of earlier runs first

Environment
  DEMO_FOLDER    the folder for --saver pglite
  POSTGRES_URL   the server for --saver postgres; REDIS_URL for redis, MONGODB_URL for mongodb
  MODEL          a chat model as provider:model, for example anthropic:claude-haiku-4-5, with the key of the
                 provider in the environment; without it a small local model answers`;

/** What the program was asked to do. */
export interface Options {
  readonly saver: SaverName;
  readonly reset: boolean;
  readonly help: boolean;
}

export function parseOptions(args: readonly string[]): Options {
  const { saver = "pglite", reset = false, help = false } = parse(args);
  const name = SAVER_NAMES.find((known) => known === saver);
  if (!name) throw new Problem(`There is no saver ${JSON.stringify(saver)}.\n\n${USAGE}`);
  return { saver: name, reset, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        saver: { type: "string" },
        reset: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new Problem(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}
