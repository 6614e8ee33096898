import { Argument, Command } from "commander";
import type { Context } from "../main.ts";
import { packagesFrom } from "../load.ts";
import { parseAddress } from "./address.ts";
import { openStore, type PlaceFlags, type Store } from "./open-store.ts";

/** What every command on a store gets: the store, its own arguments, and its options. */
export interface OnStore<Flags> {
  readonly store: Store;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly context: Context;
}

/** The address as an argument, in every command the same. */
export function addressArgument(name = "store"): Argument {
  return new Argument(
    `<${name}>`,
    "the URL of a database, langgraph+<url> for LangGraph.js's own, or a folder of PGlite",
  );
}

/** Options for where in the database the threads are. */
export function withPlace(command: Command): Command {
  return command
    .option("--schema <name>", "the schema in Postgres")
    .option("--prefix <text>", "the prefix of the keys in Redis")
    .option("--db <name>", "the database in MongoDB");
}

/** A command whose first argument is a store, which is closed when the command has ended. */
export function storeCommand<Flags extends object>(
  context: Context,
  name: string,
  description: string,
  run: (on: OnStore<Flags>) => Promise<void>,
): Command {
  return withPlace(new Command(name).description(description).addArgument(addressArgument()))
    .option("--json", "print JSON")
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const [address, ...args] = command.processedArgs.flat() as [string, ...string[]];
      const flags = command.opts<Flags & PlaceFlags>();
      const store = await openStore(parseAddress(address), flags, packagesFrom(process.cwd()));
      try {
        await run({ store, args: args.filter((arg) => arg !== undefined), flags, context });
      } finally {
        await store.close();
      }
    });
}
