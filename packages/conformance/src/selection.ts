import { clauses } from "./clauses.ts";
import { groupOf } from "./group.ts";
import type { Clause } from "./clause.ts";
import { levelOf, levels } from "./levels.ts";
import type { SuiteOptions } from "./options.ts";

/**
 * The clauses that `only`, `skip` and `levels` select, in the order of the contract.
 *
 * @throws Error for a name that is no clause, group or level.
 */
export function selectClauses(options: Pick<SuiteOptions, "only" | "skip" | "levels">): readonly Clause[] {
  const { only, skip = [], levels: wanted } = options;
  for (const name of [...(only ?? []), ...skip]) checkName(name);
  for (const level of wanted ?? []) {
    if (!levels.includes(level))
      throw new Error(`There is no level ${JSON.stringify(level)}: ${levels.join(", ")}.`);
  }
  return clauses.filter(
    (clause) =>
      (only === undefined || names(only, clause)) &&
      !names(skip, clause) &&
      (wanted === undefined || wanted.includes(levelOf(clause.id))),
  );
}

/** Refuses ids that are no clause: a list of known failures would otherwise hide a clause that was renamed. */
export function checkClauseIds(ids: readonly string[]): void {
  for (const id of ids) {
    if (!clauses.some((clause) => clause.id === id))
      throw new Error(`There is no clause ${JSON.stringify(id)}.`);
  }
}

function names(list: readonly string[], { id }: Clause): boolean {
  return list.includes(id) || list.includes(groupOf(id));
}

function checkName(name: string): void {
  if (clauses.some(({ id }) => id === name || groupOf(id) === name)) return;
  throw new Error(`There is no clause or group ${JSON.stringify(name)}.`);
}
