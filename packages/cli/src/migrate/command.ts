import { Command } from "commander";
import { migrateThreads, threadIdsOf, type MigrationProgress, type NewSaver } from "@threadmark/core";
import { exitCodes } from "../exit-codes.ts";
import { packagesFrom } from "../load.ts";
import type { Context } from "../main.ts";
import { parseAddress } from "../stores/address.ts";
import { addressArgument, withPlace } from "../stores/command.ts";
import { openStore, type PlaceFlags, type Store } from "../stores/open-store.ts";
import { countOf } from "../threads/count.ts";
import type { Terminal } from "../terminal.ts";

interface Flags extends PlaceFlags {
  readonly thread?: readonly string[];
  readonly dryRun?: true;
  readonly json?: true;
}

const REPORT_EVERY_MILLISECONDS = 1000;

/** `threadmark migrate`: copies threads from one store to another. */
export function migrateCommand(context: Context): Command {
  return withPlace(
    new Command("migrate")
      .description("Copy threads to another store, and compare them there. If it was stopped, run it again.")
      .addArgument(addressArgument("from"))
      .addArgument(addressArgument("to")),
  )
    .option("--thread <ids...>", "only these threads")
    .option("--dry-run", "say how many threads there are, and copy nothing")
    .option("--json", "print the report as JSON")
    .addHelpText("after", EXAMPLES)
    .action((from: string, to: string, flags: Flags) => migrate(from, to, flags, context));
}

const EXAMPLES = `
The options --schema, --prefix and --db are about the store that threads go to.

Examples:
  threadmark migrate langgraph+postgres://localhost/app postgres://localhost/app --schema threadmark
  threadmark migrate ./threads mongodb://localhost/ --db chat --dry-run

Exit codes: 0 all threads are there and the same, 1 some are not, 2 the command could not run.`;

async function migrate(fromText: string, toText: string, flags: Flags, context: Context): Promise<void> {
  const load = packagesFrom(process.cwd());
  const [fromAddress, toAddress] = [parseAddress(fromText), parseAddress(toText, true)];
  await using from = disposable(await openStore(fromAddress, {}, load));
  if (flags.dryRun) return await dryRun(from, flags, context);
  await using to = disposable(await openStore(toAddress, flags, load));
  await to.own?.setup();
  const progress = new ProgressLine(context.terminal);
  const report = await migrateThreads({
    from: from.saver,
    to: to.saver as NewSaver,
    threadIds: flags.thread,
    onProgress: (at) => progress.show(at),
  });
  progress.end();
  for (const { threadId, namespace, checkpointId, reason } of report.failures) {
    const place = [threadId, namespace, checkpointId].filter((part) => part).join(" / ");
    context.terminal.err(`${context.terminal.style("red", "not moved")} ${place}: ${reason}\n`);
  }
  const { threads, checkpoints, stored, failures } = report;
  const text =
    `${threads} threads with ${checkpoints} checkpoints are in ${toAddress.shown} as they are in ${fromAddress.shown}; ` +
    `${stored} checkpoints were stored now, ${failures.length} failed.\n`;
  context.terminal.out(flags.json ? `${JSON.stringify({ threads, checkpoints, stored, failures })}\n` : text);
  if (failures.length > 0) context.exit(exitCodes.found);
}

async function dryRun(from: Store, flags: Flags, { terminal }: Context): Promise<void> {
  const threads = flags.thread?.length ?? (await countOf(threadIdsOf(from.saver)));
  terminal.out(
    flags.json
      ? `${JSON.stringify({ threads })}\n`
      : `${threads} threads in ${from.address.shown} would be copied.\n`,
  );
}

function disposable(store: Store): Store & AsyncDisposable {
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}

/** One line that is rewritten on a terminal, and a line now and then elsewhere. */
class ProgressLine {
  readonly #terminal: Terminal;
  #shown = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show({ threads, checkpoints, threadId }: MigrationProgress): void {
    const now = performance.now();
    if (this.#shown !== 0 && now - this.#shown < REPORT_EVERY_MILLISECONDS) return;
    this.#shown = now;
    const text = `${threads} threads, ${checkpoints} checkpoints, at ${JSON.stringify(threadId)}`;
    this.#terminal.err(this.#terminal.interactive ? `\r\u001b[K${text}` : `${text}\n`);
  }

  end(): void {
    if (this.#shown !== 0 && this.#terminal.interactive) this.#terminal.err("\n");
  }
}
