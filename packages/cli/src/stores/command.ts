import { Argument, Command } from "commander";
import { isCheckpointError } from "@threadmark/core";
import { CommandError } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { packagesFrom } from "../load.ts";
import { parseAddress, type Address } from "./address.ts";
import { openStore, type PlaceFlags, type Store } from "./open-store.ts";
import { mustHaveTables } from "./tables.ts";

/** What every command on a store gets: the store, its own arguments, and its options. */
export interface OnStore<Flags> {
  readonly store: Store;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly context: Context;
}

/** The address as an argument, the same in every command. */
export function addressArgument(name = "store"): Argument {
  return new Argument(
    `<${name}>`,
    "postgres://…, redis://…, mongodb://…, a PGlite folder; langgraph+<url> for LangGraph.js's own, sqlite:<file>",
  );
}

/** Options for where in the database the threads are. */
export function withPlace(command: Command): Command {
  return command
    .option("--schema <name>", "the Postgres schema")
    .option("--prefix <text>", "the prefix of the Redis keys")
    .option("--db <name>", "the MongoDB database");
}

/**
 * A command whose first argument is a store, which is closed when the command has ended.
 *
 * @param examples What may follow the name of the command.
 */
export function storeCommand<Flags extends object>(
  context: Context,
  name: string,
  description: string,
  examples: readonly string[],
  run: (on: OnStore<Flags>) => Promise<void>,
): Command {
  const lines = examples.map((example) => `  threadmark ${name} ${example}\n`);
  return withPlace(new Command(name).description(description).addArgument(addressArgument()))
    .option("--json", "print JSON")
    .addHelpText("after", `\nExamples:\n${lines.join("")}`)
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const [text, ...args] = command.processedArgs.flat() as [string, ...string[]];
      const flags = command.opts<Flags & PlaceFlags>();
      const address = parseAddress(text);
      const store = await openStore(address, flags, packagesFrom(process.cwd()));
      try {
        mustHaveTables(store);
        await run({ store, args: args.filter((arg) => arg !== undefined), flags, context });
      } catch (error) {
        throw explained(error, address);
      } finally {
        await store.close();
      }
    });
}

/** Says where nothing was found and what to check, rather than what a program would have to call. */
export function explained(error: unknown, { shown, official }: Address): unknown {
  const code: unknown = error instanceof Error && Reflect.get(error, "code");
  if (isCheckpointError(error) && error.code === "NOT_SET_UP") {
    return new CommandError(
      `${shown} has no Threadmark tables; do you mean another --schema or --db, or langgraph+<url> for LangGraph.js's own?`,
    );
  }
  if (official && code === UNDEFINED_TABLE) {
    return new CommandError(
      `${shown} has no tables of LangGraph.js's own saver; do you mean another --schema?`,
    );
  }
  return error;
}

const UNDEFINED_TABLE = "42P01";
