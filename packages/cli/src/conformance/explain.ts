import { clauses, groupOf, levelOf, type Clause } from "@threadmark/conformance";
import { CommandError } from "../exit-codes.ts";

/**
 * What a clause asks for, or all clauses of a group.
 *
 * @throws CommandError when there is no such clause, with the nearest ones.
 */
export function explain(id: string): string {
  const found = clauses.filter((clause) => clause.id === id || groupOf(clause.id) === id);
  if (found.length > 0) return found.map(textOf).join("\n");
  const words = id.split(/[/-]/).filter((word) => word.length > 2);
  const near = clauses.filter((clause) => words.some((word) => clause.id.includes(word))).slice(0, 5);
  const hint = near.length > 0 ? `; near it: ${near.map((clause) => clause.id).join(", ")}` : "";
  throw new CommandError(`there is no clause ${JSON.stringify(id)}${hint}`);
}

function textOf({ id, rule, hint, needs, run }: Clause): string {
  const lines = [
    id,
    `  The contract: ${rule}`,
    `  What to do:   ${hint}`,
    `  Level:        ${levelOf(id)}`,
    ...(needs.length > 0 ? [`  Needs:        ${needs.join(", ")}`] : []),
    "  The steps:",
    ...stepsOf(run).map((line) => `    ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The clause itself, which is the most exact description of what it does. */
function stepsOf(run: Clause["run"]): string[] {
  const lines = run.toString().split("\n");
  const indent = Math.min(...lines.slice(1).map((line) => /\S/.exec(line)?.index ?? Infinity), Infinity);
  return lines.map((line, i) => (i === 0 || indent === Infinity ? line : line.slice(indent)));
}
