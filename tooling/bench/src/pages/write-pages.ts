import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fileOf, pages } from "./pages.ts";

/** Writes every page from the results, in the format of the repository. */
export async function writePages(): Promise<void> {
  const files = await pages();
  for (const [name, text] of files) await writeFile(fileOf(name), text);
  const formatter = fileURLToPath(fileOf("node_modules/.bin/oxfmt"));
  const names = [...files.keys()].filter((name) => name.endsWith(".md"));
  await promisify(execFile)(formatter, names, { cwd: fileURLToPath(fileOf(".")) });
}
