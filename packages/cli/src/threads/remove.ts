import type { Command } from "commander";
import type { PruneOptions } from "@threadmark/core";
import { CommandError } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { ownSaver } from "../stores/open-store.ts";
import { confirmed } from "./confirm.ts";
import { countOf } from "./count.ts";
import { countFlag, filterFlag, sinceFlag } from "./flags.ts";

interface PruneFlags {
  readonly keepLatest?: number;
  readonly olderThan?: Date;
  readonly allThreads?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `threadmark prune`: removes old checkpoints. */
export function pruneCommand(context: Context): Command {
  return storeCommand<PruneFlags>(
    context,
    "prune",
    "Remove old checkpoints; says first what would go.",
    prune,
  )
    .argument("[threads...]", "the threads to prune")
    .option("--keep-latest <n>", "keep this many checkpoints of each namespace", countFlag)
    .option("--older-than <span>", "only older checkpoints: 30d, 12h, or a date", sinceFlag)
    .option("--all-threads", "prune every thread")
    .option("--yes", "do not ask");
}

async function prune({ store, args, flags, context }: OnStore<PruneFlags>): Promise<void> {
  const saver = ownSaver(store);
  if (args.length === 0 && !flags.allThreads) throw new CommandError("name threads, or add --all-threads");
  const { keepLatest, olderThan } = flags;
  const options: PruneOptions = {
    ...(args.length > 0 ? { threadIds: args } : { allThreads: true }),
    ...(keepLatest !== undefined && { keepLatest }),
    ...(olderThan && { olderThan }),
  };
  const preview = await saver.prune({ ...options, dryRun: true });
  const what = `${preview.checkpoints} checkpoints of ${preview.threads} threads in ${store.address.shown} would go.`;
  if (preview.checkpoints === 0) return context.terminal.out(`${what}\n`);
  if (!(await confirmed(what, flags.yes === true, context.terminal))) return;
  const report = await saver.prune(options);
  const text = `Removed ${report.checkpoints} checkpoints of ${report.threads} threads.\n`;
  context.terminal.out(flags.json ? `${JSON.stringify(report)}\n` : text);
}

interface DeleteFlags {
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly yes?: true;
  readonly json?: true;
}

/** `threadmark delete`: removes threads. */
export function deleteCommand(context: Context): Command {
  return storeCommand<DeleteFlags>(
    context,
    "delete",
    "Remove threads, with everything in them.",
    deleteThreads,
  )
    .argument("[threads...]", "the threads to remove")
    .option("--filter <key=value>", "threads with this metadata; may be repeated", filterFlag)
    .option("--yes", "do not ask");
}

async function deleteThreads({ store, args, flags, context }: OnStore<DeleteFlags>): Promise<void> {
  const saver = ownSaver(store);
  const { filter } = flags;
  if (args.length > 0 === (filter !== undefined))
    throw new CommandError("name threads, or add --filter, not both");
  let count = args.length;
  if (filter) count = await countOf(saver.listThreads({ filter }));
  const what = `${count} threads in ${store.address.shown} would be removed, with everything in them.`;
  if (count === 0) return context.terminal.out(`${what}\n`);
  if (!(await confirmed(what, flags.yes === true, context.terminal))) return;
  const deleted = await saver.deleteThreads(filter ? { filter } : { threadIds: args });
  context.terminal.out(
    flags.json ? `${JSON.stringify({ threads: deleted })}\n` : `Removed ${deleted} threads.\n`,
  );
}

/** `threadmark sweep`: removes what has expired. */
export function sweepCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "sweep",
    "Remove threads whose time to live is over. Reads never show them; this frees their space.",
    async ({ store, flags }) => {
      const threads = await ownSaver(store).sweep();
      context.terminal.out(
        flags.json ? `${JSON.stringify({ threads })}\n` : `Removed ${threads} expired threads.\n`,
      );
    },
  );
}

/** `threadmark copy`: copies a thread. */
export function copyCommand(context: Context): Command {
  return storeCommand(context, "copy", "Copy a thread within its store.", async ({ store, args }) => {
    const [from, to] = args as [string, string];
    await ownSaver(store).copyThread(from, to);
    context.terminal.out(`Copied ${JSON.stringify(from)} to ${JSON.stringify(to)}.\n`);
  })
    .argument("<from>", "the thread to copy")
    .argument("<to>", "the id of the copy, which must not exist");
}
