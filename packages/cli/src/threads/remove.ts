import type { Command } from "commander";
import type { PruneOptions } from "@threadmark/core";
import { jsonText } from "../json-text.ts";
import { printable } from "@threadmark/conformance";
import { counted } from "../counted.ts";
import { CommandError } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { ownSaver } from "../stores/open-store.ts";
import { confirm } from "./confirm.ts";
import { countOf } from "./count.ts";
import { countFlag, filterFlag, sinceFlag } from "./flags.ts";
import { mustExist } from "./must-exist.ts";

interface RemovalFlags {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

interface PruneFlags extends RemovalFlags {
  readonly keepLatest?: number;
  readonly olderThan?: Date;
  readonly allThreads?: true;
}

/** `threadmark prune`: removes old checkpoints. */
export function pruneCommand(context: Context): Command {
  return storeCommand<PruneFlags>(
    context,
    "prune",
    "Remove old checkpoints, after showing what would be removed.",
    ["postgres://localhost/app --all-threads --older-than 30d", "./threads 42 --keep-latest 1 --dry-run"],
    prune,
  )
    .argument("[threads...]", "the threads to prune")
    .option("--keep-latest <n>", "keep this many checkpoints of each namespace", countFlag)
    .option("--older-than <span>", "only older checkpoints: 30d, 12h, or a date", sinceFlag)
    .option("--all-threads", "prune every thread")
    .option("--dry-run", "show what would be removed, and remove nothing")
    .option("--yes", "do not ask");
}

async function prune({ store, args, flags, context }: OnStore<PruneFlags>): Promise<void> {
  const saver = ownSaver(store);
  if (args.length > 0 === (flags.allThreads === true))
    throw new CommandError("name threads, or add --all-threads, not both");
  const { keepLatest, olderThan } = flags;
  if (keepLatest === undefined && !olderThan)
    throw new CommandError("add --keep-latest or --older-than, to say what stays");
  await mustExist(store, args);
  const options: PruneOptions = {
    ...(args.length > 0 ? { threadIds: args } : { allThreads: true }),
    ...(keepLatest !== undefined && { keepLatest }),
    ...(olderThan && { olderThan }),
  };
  const preview = await saver.prune({ ...options, dryRun: true });
  const textOf = ({ checkpoints, threads }: typeof preview): string =>
    `${counted(checkpoints, "checkpoint")} of ${counted(threads, "thread")}`;
  await removing(context, flags, {
    preview,
    nothing: preview.checkpoints === 0,
    would: `${textOf(preview)} in ${store.address.shown} would be removed.`,
    remove: () => saver.prune(options),
    removed: (report) => `Removed ${textOf(report)}.`,
  });
}

interface DeleteFlags extends RemovalFlags {
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** `threadmark delete`: removes threads. */
export function deleteCommand(context: Context): Command {
  return storeCommand<DeleteFlags>(
    context,
    "delete",
    "Remove threads with everything in them, after showing how many.",
    ["postgres://localhost/app 42 43", "mongodb://localhost/app --filter user=bob --dry-run"],
    deleteThreads,
  )
    .argument("[threads...]", "the threads to remove")
    .option("--filter <key=value>", "threads with this metadata; may be repeated", filterFlag)
    .option("--dry-run", "show how many would be removed, and remove nothing")
    .option("--yes", "do not ask");
}

async function deleteThreads({ store, args, flags, context }: OnStore<DeleteFlags>): Promise<void> {
  const saver = ownSaver(store);
  const { filter } = flags;
  if (args.length > 0 === (filter !== undefined))
    throw new CommandError("name threads, or add --filter, not both");
  await mustExist(store, args);
  const threads = filter ? await countOf(saver.listThreads({ filter })) : new Set(args).size;
  await removing(context, flags, {
    preview: { threads },
    nothing: threads === 0,
    would: `${counted(threads, "thread")} in ${store.address.shown} would be removed, with everything in ${threads === 1 ? "it" : "them"}.`,
    remove: async () => ({ threads: await saver.deleteThreads(filter ? { filter } : { threadIds: args }) }),
    removed: (report) => `Removed ${counted(report.threads, "thread")}.`,
  });
}

interface Removal<Report> {
  readonly preview: Report;
  readonly nothing: boolean;
  readonly would: string;
  remove(): Promise<Report>;
  removed(report: Report): string;
}

/** Says what would be removed, asks, removes it, and says what was removed. */
async function removing<Report>(
  { terminal }: Context,
  flags: RemovalFlags,
  { preview, nothing, would, remove, removed }: Removal<Report>,
): Promise<void> {
  if (nothing || flags.dryRun) {
    return terminal.out(flags.json ? jsonText(preview) : `${would}\n`);
  }
  await confirm(would, flags.yes === true, terminal);
  const report = await remove();
  terminal.out(flags.json ? jsonText(report) : `${removed(report)}\n`);
}

/** `threadmark sweep`: removes what has expired. */
export function sweepCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "sweep",
    "Remove expired threads. Reads never show them; this frees their space.",
    ["postgres://localhost/app"],
    async ({ store, flags }) => {
      const threads = await ownSaver(store).sweep();
      context.terminal.out(
        flags.json ? jsonText({ threads }) : `Removed ${counted(threads, "expired thread")}.\n`,
      );
    },
  );
}

/** `threadmark copy`: copies a thread. */
export function copyCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "copy",
    "Copy a thread within its store.",
    ["postgres://localhost/app 42 42-before-the-change"],
    async ({ store, args, flags }) => {
      const [from, to] = args as [string, string];
      await ownSaver(store).copyThread(from, to);
      context.terminal.out(
        flags.json
          ? jsonText({ from, to })
          : `${printable(`Copied ${JSON.stringify(from)} to ${JSON.stringify(to)}.`)}\n`,
      );
    },
  )
    .argument("<from>", "the thread to copy")
    .argument("<to>", "the id of the copy, which must not exist");
}
