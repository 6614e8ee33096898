import { Command } from "commander";
import { migrateThreads, threadIdsOf, type MigrationReport, type NewSaver } from "@threadmark/core";
import { jsonText } from "../json-text.ts";
import { printable } from "@threadmark/conformance";
import { counted } from "../counted.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { untilInterrupted } from "../interrupt.ts";
import { packagesFrom } from "../load.ts";
import type { Context } from "../main.ts";
import { parseAddress, placeOf, type Address } from "../stores/address.ts";
import { addressArgument, explained, withPlace } from "../stores/command.ts";
import { openStore, type PlaceFlags, type Store } from "../stores/open-store.ts";
import { bytesText } from "../sizes/bytes-text.ts";
import { expectedSize } from "../sizes/expected-size.ts";
import { storeSize } from "../sizes/store-size.ts";
import { mustHaveTables } from "../stores/tables.ts";
import { countOf } from "../threads/count.ts";
import { mustExist } from "../threads/must-exist.ts";
import { ProgressLine } from "./progress-line.ts";

interface Flags extends PlaceFlags {
  readonly fromSchema?: string;
  readonly fromPrefix?: string;
  readonly fromDb?: string;
  readonly thread?: readonly string[];
  readonly dryRun?: true;
  readonly json?: true;
}

/** `threadmark migrate`: copies threads from one store to another. */
export function migrateCommand(context: Context): Command {
  return withPlace(
    new Command("migrate")
      .description(
        "Copy threads to another store and compare them there. After an interruption, run it again to continue.",
      )
      .addArgument(addressArgument("from"))
      .addArgument(addressArgument("to")),
  )
    .option("--from-schema <name>", "the Postgres schema to copy from")
    .option("--from-prefix <text>", "the prefix of the Redis keys to copy from")
    .option("--from-db <name>", "the MongoDB database to copy from")
    .option("--thread <ids...>", "only these threads")
    .option("--dry-run", "show the sizes on both sides, and copy nothing")
    .option("--json", "print the report as JSON")
    .addHelpText("after", EXAMPLES)
    .action((from: string, to: string, flags: Flags) => migrate(from, to, flags, context));
}

const EXAMPLES = `
The options --schema, --prefix and --db set where the threads go.

Examples:
  threadmark migrate langgraph+postgres://localhost/app postgres://localhost/app --schema threadmark
  threadmark migrate ./threads mongodb://localhost/ --db chat --dry-run
  threadmark migrate mongodb://localhost/ postgres://localhost/app --from-db chat --schema threadmark

Exit codes: 0 all threads were copied and are equal, 1 some were not, 2 the command could not run, 130 it was stopped.`;

async function migrate(fromText: string, toText: string, flags: Flags, context: Context): Promise<void> {
  const load = packagesFrom(process.cwd());
  const [fromAddress, toAddress] = [parseAddress(fromText), parseAddress(toText, true)];
  checkApart(fromAddress, toAddress, flags);
  await using from = disposable(await openStore(fromAddress, fromPlace(flags), load));
  mustHaveTables(from);
  const count = await threadCount(from, flags);
  if (flags.dryRun) return await dryRun(from, count, flags, context);
  await using to = disposable(await openStore(toAddress, flags, load));
  await to.own?.setup();
  const report = await copyAll(from, to, count, flags, context);
  tell(report, from, to, flags, context);
  if (!flags.json) await tellSizes(from, to, flags, context);
  if (report.failures.length > 0) context.exit(exitCodes.found);
}

/** Copying a store onto itself would look like a success. */
function checkApart(from: Address, to: Address, flags: Flags): void {
  const { schema, prefix, db } = fromPlace(flags);
  const samePlace = schema === flags.schema && prefix === flags.prefix && db === flags.db;
  if (placeOf(from) === placeOf(to) && from.official === to.official && samePlace)
    throw new CommandError("from and to are the same store");
}

function fromPlace({ fromSchema, fromPrefix, fromDb }: Flags): PlaceFlags {
  return {
    ...(fromSchema !== undefined && { schema: fromSchema }),
    ...(fromPrefix !== undefined && { prefix: fromPrefix }),
    ...(fromDb !== undefined && { db: fromDb }),
  };
}

async function copyAll(
  from: Store,
  to: Store,
  count: number,
  flags: Flags,
  context: Context,
): Promise<MigrationReport> {
  const progress = new ProgressLine(context.terminal, count);
  try {
    return await untilInterrupted("run the same command again to continue", (signal) =>
      migrateThreads({
        from: from.saver,
        to: to.saver as NewSaver,
        threadIds: flags.thread,
        signal,
        onProgress: (at) => progress.show(at),
      }),
    );
  } finally {
    progress.end();
  }
}

function tell(
  report: MigrationReport,
  from: Store,
  to: Store,
  flags: Flags,
  { terminal, messageOf }: Context,
): void {
  const { threads, checkpoints, stored } = report;
  const failures = report.failures.map(({ cause: _, ...failure }) => ({
    ...failure,
    reason: messageOf(failure.reason),
  }));
  for (const { threadId, namespace, checkpointId, reason } of failures) {
    const place = [threadId, namespace, checkpointId].filter((part) => part).join(" / ");
    terminal.err(`${terminal.style("red", "not moved")} ${printable(place)}: ${reason}\n`);
  }
  const are = threads === 1 ? "is" : "are";
  const text =
    `${counted(threads, "thread")} with ${counted(checkpoints, "checkpoint")} ${failures.length === 0 ? are : "should be"} ` +
    `in ${to.address.shown} as in ${from.address.shown}; stored now: ${stored}, failed: ${failures.length}.\n`;
  terminal.out(flags.json ? jsonText({ threads, checkpoints, stored, failures }) : text);
}

/** The size of the threads on both sides, if the stores can tell. */
async function tellSizes(from: Store, to: Store, { thread }: Flags, { terminal }: Context): Promise<void> {
  const [before, after] = [await storeSize(from, thread), await storeSize(to, thread)];
  if (!before || !after) return;
  terminal.out(`Size: ${bytesText(after.bytes)}, compared with ${bytesText(before.bytes)} before.\n`);
}

async function dryRun(from: Store, threads: number, flags: Flags, { terminal }: Context): Promise<void> {
  const size = await storeSize(from, flags.thread);
  const expected = size && (await expectedSize(from.saver, size));
  if (flags.json) {
    const json = {
      threads,
      ...size,
      ...(expected && { expectedBytes: expected.bytes, sample: expected.sample }),
    };
    return terminal.out(jsonText(json));
  }
  const now = size ? ` with ${counted(size.checkpoints, "checkpoint")}, ${bytesText(size.bytes)},` : "";
  const then = expected
    ? `The size after copying would be about ${bytesText(expected.bytes)}, estimated from ${counted(expected.sample, "checkpoint")}.\n`
    : "";
  terminal.out(`${counted(threads, "thread")}${now} in ${from.address.shown} would be copied.\n${then}`);
}

/** How many threads are to be copied; all of them exist. */
async function threadCount(from: Store, { thread }: Flags): Promise<number> {
  try {
    if (!thread) return await countOf(threadIdsOf(from.saver));
    await mustExist(from, thread);
    return new Set(thread).size;
  } catch (error) {
    throw explained(error, from.address);
  }
}

function disposable(store: Store): Store & AsyncDisposable {
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
