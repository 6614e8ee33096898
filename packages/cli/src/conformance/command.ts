import { Command, InvalidArgumentError, Option } from "commander";
import { levels, type Level } from "@threadmark/conformance";
import { jsonText } from "../json-text.ts";
import type { Context } from "../main.ts";
import { explain, textOf } from "./explain.ts";
import { databases, writeHarness, type Database } from "./init.ts";
import { presetNames } from "./presets.ts";
import { testSaver, type Flags } from "./test-saver.ts";

/** `threadmark conformance`, with `init` and `explain`. */
export function conformanceCommand(context: Context): Command {
  const command = new Command("conformance")
    .description("Test which rules of the checkpoint contract a saver meets.")
    .argument("[target]", "a TypeScript or JavaScript file, or the name of a package")
    .option("--url <url>", "the database, for a package that needs one")
    .addOption(new Option("--level <levels>", `only these levels: ${levels.join(", ")}`).argParser(levelList))
    .option("--only <names>", "only these clauses or groups, separated by commas", list)
    .option("--skip <names>", "leave out these clauses or groups", list)
    .option("--baseline <file>", "a JSON file with the list knownFailures")
    .option("--update-baseline", "write the current failures to the file of --baseline")
    .option("--bail", "stop after the first failure")
    .option("--fast", "use smaller sizes and fewer random sequences")
    .option("--seed <number>", "the seed for everything random", whole)
    .option("--json [file]", "write the report as JSON, to a file or standard output")
    .option("--junit <file>", "write the report as JUnit XML")
    .option("--markdown <file>", "write the report as a Markdown table")
    .option("--badge <file>", "write the JSON of a badge for shields.io")
    .addHelpText("after", EXAMPLES)
    .action(async (target: string | undefined, flags: Flags) => {
      context.exit(await testSaver(target, flags, context));
    });
  command
    .command("explain")
    .description("Show what a clause requires, and what to do when it fails.")
    .argument("<clause>", "the id of a clause, or of a group")
    .option("--json", "print JSON: a list of clauses")
    .action((id: string, _: object, explaining: Command) => {
      const found = explain(id);
      // Where it stands before `explain`, the option is that of the command above.
      const { json } = explaining.optsWithGlobals<{ json?: true }>();
      context.terminal.out(json ? jsonText(found, { indent: 2 }) : textOf(found));
    });
  command
    .command("init")
    .description("Write a file that opens your saver for the suite.")
    .argument("[file]", "the file to write", "saver.conformance.ts")
    .addOption(
      new Option("--database <name>", "where the saver keeps its data").choices(databases).default("memory"),
    )
    .option("--json", "print JSON: the file, and the command that runs the suite on it")
    .action((file: string, { database }: { database: Database }, writing: Command) => {
      writeHarness(file, database);
      const path = /^[./]/.test(file) ? file : `./${file}`;
      const next = `npx threadmark conformance ${path}`;
      const { json } = writing.optsWithGlobals<{ json?: true }>();
      context.terminal.out(
        json
          ? jsonText({ file, database, command: next })
          : `Wrote ${file}. Add your saver, then run: ${next}\n`,
      );
    });
  return command;
}

const EXAMPLES = `
Examples:
  threadmark conformance ./saver.ts
  threadmark conformance ./saver.ts --level langgraph --bail
  threadmark conformance ./saver.ts --baseline known.json --junit report.xml
  threadmark conformance @threadmark/postgres --url postgres://localhost/test
  threadmark conformance explain fork/a-sibling-keeps-its-values

Packages that need no file:
  ${presetNames().join("\n  ")}

Exit codes: 0 every clause passes or is known to fail, 1 another clause fails, 2 the saver could not be opened.`;

function list(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

function levelList(text: string): Level[] {
  const chosen = list(text);
  const wrong = chosen.find((name) => !(levels as readonly string[]).includes(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`There is no level ${wrong}.`);
  return chosen as Level[];
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError("It must be a whole number.");
  return number;
}
