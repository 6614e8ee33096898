import {
  clauses,
  defaultSeed,
  groupOf,
  levelOf,
  printable,
  reportOf,
  toText,
  type Level,
  type ReportEntry,
} from "@threadmark/conformance";
import { CommandError, exitCodes, type ExitCode } from "../exit-codes.ts";
import type { Context } from "../main.ts";
import { readBaseline, writeBaseline } from "./baseline.ts";
import { Progress } from "./progress.ts";
import type { Job, VersionedReport } from "./protocol.ts";
import { checkReports, jsonOf, writeReports, type ReportFiles } from "./reports.ts";
import { runJob } from "./runner.ts";
import { versionsFrom } from "./versions.ts";

/** The options of `threadmark conformance`. */
export interface Flags extends ReportFiles {
  readonly url?: string;
  readonly level?: readonly Level[];
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly baseline?: string;
  readonly updateBaseline?: true;
  readonly bail?: true;
  readonly fast?: true;
  readonly seed?: number;
}

/** Large enough for every clause to test what it promises. */
const FAST = { listing: 300, paging: 60, turns: 40, ancestors: 100, largeValue: 200_000 };
const FAST_SEQUENCES = 5;

/** Tests a saver and prints the result. */
export async function testSaver(
  target: string | undefined,
  flags: Flags,
  { terminal, messageOf }: Pick<Context, "terminal" | "messageOf">,
): Promise<ExitCode> {
  if (target === undefined) {
    throw new CommandError("name a file or a package to test; threadmark conformance --help shows examples");
  }
  if (flags.updateBaseline && !flags.baseline)
    throw new CommandError("--update-baseline needs --baseline <file>");
  checkReports(flags);
  const ids = chosenIds(flags);
  const job = jobOf(target, flags);
  const versions = versionsFrom(job.folder, target);
  const entries: ReportEntry[] = [];
  let name = target;
  const report = (): VersionedReport => ({ ...reportOf(name, flags.seed ?? defaultSeed, entries), versions });
  const progress = new Progress(terminal);
  await runJob(job, ids, {
    loaded: (found) => (name = found),
    printed: (line) => terminal.err(`${messageOf(line)}\n`),
    ended(ended) {
      const entry = { ...ended, message: messageOf(ended.message) };
      entries.push(entry);
      progress.add(entry);
      // After every clause, so that results are not lost when this process is ended.
      writeReports(report(), flags);
    },
  });
  progress.end();
  const end = report();
  terminal.out(flags.json === true ? jsonOf(end) : printable(toText(end), { lines: true }));
  if (flags.updateBaseline) writeBaseline(flags.baseline!, end);
  return codeOf(end, flags);
}

function jobOf(target: string, flags: Flags): Job {
  const { url, bail, fast, seed = defaultSeed, baseline } = flags;
  const known = flags.updateBaseline ? [] : readBaseline(baseline);
  return {
    target,
    folder: process.cwd(),
    url,
    options: {
      seed,
      knownFailures: known,
      ...(bail && { bail }),
      ...(fast && { sizes: FAST, sequences: FAST_SEQUENCES }),
    },
  };
}

/** The ids of the clauses to run, in the order of the contract. */
function chosenIds({ only, skip = [], level }: Flags): string[] {
  for (const name of [...(only ?? []), ...skip]) {
    if (clauses.some(({ id }) => id === name || groupOf(id) === name)) continue;
    throw new CommandError(
      `there is no clause or group ${JSON.stringify(name)}; docs/contract.md lists them`,
    );
  }
  const named = (names: readonly string[], id: string): boolean =>
    names.includes(id) || names.includes(groupOf(id));
  const chosen = clauses
    .map(({ id }) => id)
    .filter(
      (id) => (!only || named(only, id)) && !named(skip, id) && (!level || level.includes(levelOf(id))),
    );
  if (chosen.length === 0) throw new CommandError("no clause is left to run");
  return chosen;
}

function codeOf({ failed, notRun }: VersionedReport, { updateBaseline }: Flags): ExitCode {
  if (notRun > 0) return exitCodes.unable;
  return failed > 0 && !updateBaseline ? exitCodes.found : exitCodes.ok;
}
