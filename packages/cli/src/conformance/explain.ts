import { clauses, groupOf, levelOf, type Clause, type Level } from "@threadmark/conformance";
import { CommandError } from "../exit-codes.ts";

/** What a clause asks for, as JSON has it. */
export interface Explanation {
  readonly id: string;
  readonly level: Level;
  readonly rule: string;
  readonly reason: string;
  readonly hint: string;
  readonly needs: readonly string[];
  readonly steps: string;
}

/**
 * What a clause asks for; of a group, what all of its clauses do.
 *
 * @throws CommandError for an unknown clause, with similar ones.
 */
export function explain(id: string): readonly Explanation[] {
  const found = clauses.filter((clause) => clause.id === id || groupOf(clause.id) === id);
  if (found.length > 0) return found.map(explanationOf);
  const words = id.split(/[/-]/).filter((word) => word.length > 2);
  const near = clauses.filter((clause) => words.some((word) => clause.id.includes(word))).slice(0, 5);
  const hint = near.length > 0 ? `; similar: ${near.map((clause) => clause.id).join(", ")}` : "";
  throw new CommandError(`there is no clause ${JSON.stringify(id)}${hint}`);
}

function explanationOf({ id, rule, reason, hint, needs, run }: Clause): Explanation {
  return { id, level: levelOf(id), rule, reason, hint, needs, steps: stepsOf(run).join("\n") };
}

/** Explanations for people. */
export function textOf(explanations: readonly Explanation[]): string {
  return explanations.map(lineText).join("\n");
}

function lineText({ id, level, rule, reason, hint, needs, steps }: Explanation): string {
  const lines = [
    id,
    `  The contract: ${rule}`,
    `  Why:          ${reason}`,
    `  What to do:   ${hint}`,
    `  Level:        ${level}`,
    ...(needs.length > 0 ? [`  Needs:        ${needs.join(", ")}`] : []),
    "  The steps:",
    ...steps.split("\n").map((line) => `    ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The clause itself, which is the most exact description of what it does. */
function stepsOf(run: Clause["run"]): string[] {
  const lines = run.toString().split("\n");
  const indent = Math.min(...lines.slice(1).map((line) => /\S/.exec(line)?.index ?? Infinity), Infinity);
  return lines.map((line, i) => (i === 0 || indent === Infinity ? line : line.slice(indent)));
}
