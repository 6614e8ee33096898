import { parseArgs } from "node:util";
import { SAVER_NAMES, type SaverName } from "./choose-saver.ts";
import { SCENE_NAMES, type SceneName } from "./play.ts";
import { Problem } from "./problem.ts";
import { RUNTIME_NAMES, type RuntimeName } from "./runtime.ts";

export const USAGE = `Usage: npm run demo -- [--runtime NAME] [--saver NAME] [--reset] [--help] [SCENE ...]

  SCENE           only these: ${SCENE_NAMES.join(", ")}
  --runtime NAME  what runs the workflows: ${RUNTIME_NAMES.join(" or ")}; each continues the threads of the other;
                  threadmark is the default
  --saver NAME    where the threads are kept: ${SAVER_NAMES.join(", ")}; pglite is a folder next to
                  the program, and the default
  --reset         forget the threads of earlier runs first

Environment
  DEMO_FOLDER    the folder for --saver pglite
  POSTGRES_URL   the server for --saver postgres; REDIS_URL for redis, MONGODB_URL for mongodb
  MODEL          a chat model as provider:model, for example anthropic:claude-haiku-4-5, with the key of the
                 provider in the environment; without it a small local model answers
  NO_COLOR       no colours`;

/** What the program was asked to do. */
export interface Options {
  readonly runtime: RuntimeName;
  readonly saver: SaverName;
  readonly reset: boolean;
  readonly help: boolean;
  readonly scenes: readonly SceneName[];
}

export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const { runtime = "threadmark", saver = "pglite", reset = false, help = false } = values;
  return {
    runtime: oneOf(RUNTIME_NAMES, runtime, "runtime"),
    saver: oneOf(SAVER_NAMES, saver, "saver"),
    reset,
    help,
    scenes:
      positionals.length === 0 ? SCENE_NAMES : positionals.map((name) => oneOf(SCENE_NAMES, name, "scene")),
  };
}

function oneOf<Name extends string>(known: readonly Name[], name: string, kind: string): Name {
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new Problem(`There is no ${kind} ${JSON.stringify(name)}.\n\n${USAGE}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runtime: { type: "string" },
        saver: { type: "string" },
        reset: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new Problem(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}
