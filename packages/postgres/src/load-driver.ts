import type * as PGliteModule from "@electric-sql/pglite";
import { CheckpointError } from "@threadmark/core/storage";
import type * as PgModule from "pg";

/*
 * Drivers are loaded when they are needed: a saver on PGlite needs no `pg`, and a saver on a pool needs no PGlite.
 * Each import is in a `try`, where bundlers accept that the package is not installed.
 */

/** @throws CheckpointError `NOT_SUPPORTED` when it is not installed. */
export async function loadPGlite(): Promise<typeof PGliteModule> {
  try {
    return await import("@electric-sql/pglite");
  } catch (error) {
    throw notInstalled("@electric-sql/pglite", "PostgresSaver.fromFolder", error);
  }
}

/** @throws CheckpointError `NOT_SUPPORTED` when it is not installed. */
export async function loadPg(): Promise<typeof PgModule> {
  try {
    return await import("pg");
  } catch (error) {
    throw notInstalled("pg", "PostgresSaver.fromConnString", error);
  }
}

function notInstalled(driver: string, call: string, cause: unknown): CheckpointError {
  return new CheckpointError(
    "NOT_SUPPORTED",
    `${call} needs the package ${driver}, which could not be loaded; install it with \`npm install ${driver}\``,
    { cause },
  );
}
