import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { clauses, type Report } from "@threadmark/conformance";
import { CommandError } from "../exit-codes.ts";

/**
 * The known failures that a file lists: `{ "knownFailures": ["group/clause"] }`.
 *
 * @throws CommandError when the file is missing or lists something that is not a clause.
 */
export function readBaseline(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}; --update-baseline writes it`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new CommandError(`${file} is not JSON`);
  }
  const known: unknown = (parsed as { knownFailures?: unknown } | null)?.knownFailures;
  if (!Array.isArray(known)) throw new CommandError(`${file} has no list knownFailures`);
  for (const id of known) {
    if (clauses.some((clause) => clause.id === id)) continue;
    throw new CommandError(`${file} lists ${JSON.stringify(id)}, which is not a clause`);
  }
  return known as string[];
}

/** Writes what fails now, so that from now on only new failures count. */
export function writeBaseline(file: string, { clauses: entries }: Report): void {
  const knownFailures = entries
    .filter(({ status }) => status === "failed" || status === "known failure")
    .map(({ id }) => id);
  writeFileSync(file, `${JSON.stringify({ knownFailures }, undefined, 2)}\n`);
}
