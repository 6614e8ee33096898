import { Command, CommanderError } from "commander";
import { isCheckpointError } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { conformanceCommand } from "./conformance/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { CommandError, exitCodes, type ExitCode } from "./exit-codes.ts";
import { Interrupted } from "./interrupt.ts";
import { inspectCommand } from "./inspect/command.ts";
import { statsCommand } from "./inspect/stats.ts";
import { migrateCommand } from "./migrate/command.ts";
import { secretsIn, withoutThese } from "./secrets.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { copyCommand, deleteCommand, pruneCommand, sweepCommand } from "./threads/remove.ts";
import { threadsCommand } from "./threads/threads.ts";
import { version } from "./version.ts";

/** What a command needs to run. */
export interface Context {
  readonly terminal: Terminal;
  /** Sets the exit code that the process ends with. */
  exit(code: ExitCode): void;
  /** What went wrong, in words for the user, without a password of the command line. */
  readonly messageOf: (error: unknown) => string;
}

/**
 * Runs the command line.
 *
 * @param args The arguments after the name of the program.
 * @returns The exit code: 0 for success, 1 when something was found, 2 when the command could not run.
 *
 * @example
 * process.exitCode = await main(["conformance", "./saver.ts"]);
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const secrets = secretsIn(args);
  const tell = (error: unknown): string =>
    printable(withoutThese(messageOf(error), secrets), { lines: true });
  const program = programOf({ terminal, exit: (chosen) => (code = chosen), messageOf: tell });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.unable;
    terminal.err(`${terminal.style("red", "threadmark:")} ${tell(error)}\n`);
    return error instanceof Interrupted ? exitCodes.interrupted : exitCodes.unable;
  }
}

function programOf(context: Context): Command {
  const { terminal } = context;
  const program = new Command("threadmark")
    .description("Tests savers for LangGraph.js, and manages the threads in a database.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXIT_CODES)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows the options and examples)");
  for (const make of COMMANDS) program.addCommand(inheriting(make(context), terminal));
  return program;
}

const COMMANDS = [
  conformanceCommand,
  inspectCommand,
  threadsCommand,
  migrateCommand,
  pruneCommand,
  sweepCommand,
  copyCommand,
  deleteCommand,
  statsCommand,
  doctorCommand,
];

/** Subcommands do not inherit where to write and how to end. */
function inheriting(command: Command, terminal: Terminal): Command {
  command
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError("(--help shows the options and examples)")
    .exitOverride();
  for (const child of command.commands) inheriting(child, terminal);
  return command;
}

const EXIT_CODES = `
Examples:
  threadmark conformance ./saver.ts
  threadmark threads postgres://localhost/app
  threadmark migrate langgraph+postgres://localhost/app postgres://localhost/app --schema threadmark

Exit codes: 0 no problems, 1 a problem was found, 2 the command could not run, 130 it was stopped.`;

/** Errors that are meant for users have a complete message; the name of any other helps to report it. */
function messageOf(error: unknown): string {
  if (error instanceof CommandError || error instanceof Interrupted || isCheckpointError(error))
    return error.message;
  // None of a host's several addresses answered.
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
