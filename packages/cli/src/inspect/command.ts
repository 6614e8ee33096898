import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { checkpointSizes, threadStats, type CheckpointConfig, type CheckpointTuple } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { jsonText } from "../json-text.ts";
import { CommandError } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import type { Store } from "../stores/open-store.ts";
import { bytesText } from "../sizes/bytes-text.ts";
import { mustExist } from "../threads/must-exist.ts";
import { listThreads } from "../threads/threads.ts";
import { wholeFlag } from "../threads/flags.ts";
import { leafIn, leavesOf, treeLines, type LeafSize } from "./tree.ts";
import { changeLines, valueLines } from "./values.ts";

interface Flags {
  readonly json?: true;
  readonly limit: number;
  readonly namespace: string;
  readonly checkpoint?: string;
  readonly watch?: true;
}

const WATCH_MILLISECONDS = 1000;

/** `threadmark inspect`: threads, one thread as a tree, or the values of a checkpoint. */
export function inspectCommand(context: Context): Command {
  return storeCommand<Flags>(
    context,
    "inspect",
    "Show all threads, one thread as a tree, or one checkpoint.",
    ["postgres://localhost/app", "./threads 42", "langgraph+mongodb://localhost/ 42 --db app --watch"],
    inspect,
  )
    .argument("[thread]", "the thread to show")
    .option("--checkpoint <id>", "show the values of this checkpoint, and how they differ from its parent's")
    .option("--namespace <name>", "the namespace of a subgraph", "")
    .option("--limit <n>", "the maximum number of threads or checkpoints to show", wholeFlag, 100)
    .option("--watch", "show it again after every change");
}

async function inspect(on: OnStore<Flags>): Promise<void> {
  const [thread] = on.args;
  if (thread === undefined) {
    checkNoneIsMeant(on.flags);
    return listThreads(on);
  }
  let before = "";
  do {
    const text = await textOf(on, thread);
    if (text !== before) on.context.terminal.out(text);
    before = text;
    if (on.flags.watch) await wait(WATCH_MILLISECONDS);
  } while (on.flags.watch);
}

/** Options that are about one thread would have no effect on a list. */
function checkNoneIsMeant({ checkpoint, namespace, watch }: Flags): void {
  const meant = { checkpoint: checkpoint !== undefined, namespace: namespace !== "", watch };
  const [flag] = Object.entries(meant).find(([, isGiven]) => isGiven) ?? [];
  if (flag !== undefined) throw new CommandError(`name a thread: --${flag} applies to one`);
}

function textOf(on: OnStore<Flags>, thread: string): Promise<string> {
  return on.flags.checkpoint === undefined ? treeText(on, thread) : checkpointText(on, thread);
}

async function treeText({ store, flags, context }: OnStore<Flags>, thread: string): Promise<string> {
  const config = configOf(thread, flags.namespace);
  const leaves = await leavesOf(store.saver.list(config, { limit: flags.limit }));
  if (leaves.length === 0) {
    await mustExist(store, [thread]);
    const named = flags.namespace === "" ? "" : ` in the namespace ${JSON.stringify(flags.namespace)}`;
    throw new CommandError(`thread ${JSON.stringify(thread)} has no checkpoints${named}`);
  }
  const sizes = await sizesOf(store, thread, flags);
  if (flags.json) {
    const sized = leaves.map((leaf) => ({ ...leaf, ...sizes.get(leaf.id) }));
    return jsonText(sized, { indent: 2 });
  }
  const head = await headOf(store, thread);
  const more = leaves.length === flags.limit ? [`… the newest ${flags.limit}; --limit shows more`] : [];
  return `${[...head, ...treeLines(leaves, context.terminal, sizes), ...more].join("\n")}\n`;
}

/** What each checkpoint of one of our savers holds and has added to the store. */
async function sizesOf({ own }: Store, thread: string, flags: Flags): Promise<Map<string, LeafSize>> {
  const sizes = new Map<string, LeafSize>();
  if (!own) return sizes;
  const { namespace, limit } = flags;
  for await (const { checkpointId, bytes, added } of checkpointSizes(own, thread, { namespace, limit })) {
    sizes.set(checkpointId, { bytes, added });
  }
  return sizes;
}

async function headOf({ own }: Store, thread: string): Promise<string[]> {
  const info = await own?.getThread(thread);
  if (!own || !info) return [];
  const stored = await threadStats(own, thread);
  const facts = Object.entries(info.metadata).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return [
    printable(
      [`${thread}: ${info.state ?? "no state"}`, ...(stored ? [bytesText(stored.bytes)] : []), ...facts].join(
        " · ",
      ),
    ),
    "",
  ];
}

async function checkpointText({ store, flags, context }: OnStore<Flags>, thread: string): Promise<string> {
  const tuple = await store.saver.getTuple(configOf(thread, flags.namespace, flags.checkpoint));
  if (!tuple)
    throw new CommandError(
      `thread ${JSON.stringify(thread)} has no checkpoint ${JSON.stringify(flags.checkpoint)}`,
    );
  const { checkpoint, metadata, parentConfig, pendingWrites = [] } = tuple;
  const values = checkpoint.channel_values;
  const leaf = await leafIn(store.saver.list(configOf(thread, flags.namespace)), tuple);
  if (flags.json)
    return jsonText({ ...leaf, metadata, values, pendingWrites }, { indent: 2, replacer: jsonValues() });
  const parent = parentConfig && (await store.saver.getTuple(parentConfig));
  const changes = parent ? changeLines(values, parent.checkpoint.channel_values) : [];
  const lines = [
    ...treeLines(leaf ? [leaf] : [], context.terminal),
    ...section("Changed since its parent:", changes),
    ...section("Values:", valueLines(values, context.terminal)),
    ...section("Pending writes:", writeLines(pendingWrites, context)),
  ];
  return `${lines.join("\n")}\n`;
}

function writeLines(writes: NonNullable<CheckpointTuple["pendingWrites"]>, { terminal }: Context): string[] {
  return writes.flatMap(([task, channel, value]) =>
    valueLines({ [`${task} → ${channel}`]: value }, terminal),
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function configOf(thread: string, namespace: string, id?: string): CheckpointConfig {
  return {
    configurable: {
      thread_id: thread,
      checkpoint_ns: namespace,
      ...(id !== undefined && { checkpoint_id: id }),
    },
  };
}

/** Values with what JSON would drop or refuse. */
function jsonValues(): (this: unknown, key: string, value: unknown) => unknown {
  const around: unknown[] = [];
  return function replaced(this: unknown, _: string, value: unknown): unknown {
    // `this` holds the value: anything deeper on the stack belongs to a branch that has been written.
    around.length = around.indexOf(this) + 1;
    const shown = jsonValue(value);
    if (typeof shown !== "object" || shown === null) return shown;
    if (around.includes(shown)) return "[circular]";
    around.push(shown);
    return shown;
  };
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Map) return { Map: [...value] };
  if (value instanceof Set) return { Set: [...value] };
  if (value instanceof Uint8Array) return { bytes: value.length };
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
