import type { Command } from "commander";
import { jsonText } from "../json-text.ts";
import type { Context } from "../main.ts";
import { bytesText } from "../sizes/bytes-text.ts";
import { storeSize } from "../sizes/store-size.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { CommandError } from "../exit-codes.ts";
import { tableOf } from "../table.ts";

/** `threadmark stats`: how much is stored. */
export function statsCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "stats",
    "Count checkpoints, bytes, and threads by state, for all threads or those that you name.",
    ["postgres://localhost/app --json", "./threads 42", "langgraph+mongodb://localhost/ --db app"],
    stats,
  ).argument("[threads...]", "only these threads");
}

async function stats({ store, args, flags, context }: OnStore<{ json?: true }>): Promise<void> {
  const some = args.length > 0 ? args : undefined;
  if (some && !store.own)
    throw new CommandError(
      `${store.address.shown} belongs to LangGraph.js's own saver and can only be measured as a whole; name no threads`,
    );
  const size = await storeSize(store, some);
  if (!size) throw new CommandError(`the size of ${store.address.shown} is unknown`);
  if (some && size.threads < new Set(some).size)
    throw new CommandError(`some of these threads are not in ${store.address.shown}`);
  const { threads, checkpoints, bytes } = size;
  const counts = { threads, ...(some ? {} : await statesIn(store)), checkpoints, bytes };
  if (flags.json) return context.terminal.out(jsonText(counts));
  const rows = Object.entries(counts).map(([name, count]) => [
    name,
    name === "bytes" ? bytesText(count) : `${count}`,
  ]);
  context.terminal.out(tableOf(["WHAT", "COUNT"], rows));
}

/** Threads by state, where the store knows it. */
async function statesIn({ own }: OnStore<object>["store"]): Promise<Record<string, number>> {
  if (!own) return {};
  const states: Record<string, number> = {};
  let expiring = 0;
  for await (const { state = "no state", expiresAt } of own.listThreads()) {
    states[state] = (states[state] ?? 0) + 1;
    if (expiresAt) expiring++;
  }
  return { ...states, expiring };
}
