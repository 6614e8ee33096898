import type { Command } from "commander";
import { threadIdsOf, type ThreadInfo } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { jsonText } from "../json-text.ts";
import { CommandError } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { shortened, tableOf } from "../table.ts";
import { filterFlag, wholeFlag } from "./flags.ts";

interface Flags {
  readonly json?: true;
  readonly limit: number;
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** `threadmark threads`: the threads of a store. */
export function threadsCommand(context: Context): Command {
  return storeCommand<Flags>(
    context,
    "threads",
    "List threads, most recently updated first.",
    ["postgres://localhost/app", "mongodb://localhost/app --filter user=bob --limit 10 --json"],
    listThreads,
  )
    .option("--limit <n>", "the maximum number of threads to list", wholeFlag, 50)
    .option("--filter <key=value>", "only threads with this metadata; may be repeated", filterFlag);
}

/** Prints the threads of a store; only their ids if the store is LangGraph.js's own. */
export async function listThreads({ store, flags, context }: OnStore<Flags>): Promise<void> {
  const { terminal } = context;
  if (!store.own) {
    if (flags.filter)
      throw new CommandError(
        `${store.address.shown} has no thread metadata: --filter is for Threadmark's own stores`,
      );
    const ids: string[] = [];
    for await (const id of threadIdsOf(store.saver)) {
      if (ids.push(id) >= flags.limit) break;
    }
    terminal.out(
      flags.json ? jsonText(ids, { indent: 2 }) : ids.map((id) => `${printable(id)}\n`).join("") || NONE,
    );
    return;
  }
  const threads: ThreadInfo[] = [];
  const options = { limit: flags.limit, ...(flags.filter && { filter: flags.filter }) };
  for await (const thread of store.own.listThreads(options)) threads.push(thread);
  if (flags.json) terminal.out(jsonText(threads, { indent: 2 }));
  else terminal.out(threads.length > 0 ? tableOf(HEAD, threads.map(rowOf)) : NONE);
}

const NONE = "There are no threads.\n";
const HEAD = ["THREAD", "STATE", "UPDATED", "EXPIRES", "METADATA"];

function rowOf({ threadId, state, updatedAt, expiresAt, metadata }: ThreadInfo): string[] {
  const facts = Object.keys(metadata).length > 0 ? printable(shortened(JSON.stringify(metadata), 60)) : "";
  return [printable(threadId), state ?? "", timeText(updatedAt), expiresAt ? timeText(expiresAt) : "", facts];
}

function timeText(time: Date): string {
  return time.toISOString().replace("T", " ").slice(0, 19);
}
