import { cp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { cached } from "./cache.ts";

const FILES = "files";
const ARCHIVE = "archive.tar";

/**
 * PGlite in memory, with an empty database. Making one takes PGlite three seconds of processor time, opening a copy a
 * fifth of that.
 */
export async function openPGlite(): Promise<PGlite> {
  const archive = await readFile(join(await emptyDatabase(), ARCHIVE));
  return PGlite.create({ loadDataDir: new Blob([archive]) });
}

/** Puts an empty database into a folder, where `PostgresSaver.fromFolder` finds it instead of making one. */
export async function putPGlite(folder: string): Promise<void> {
  await cp(join(await emptyDatabase(), FILES), join(folder, "pglite"), { recursive: true });
}

async function emptyDatabase(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = join(dirname(main), "..", "package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return cached(`pglite-${version}`, async (folder) => {
    const lite = await PGlite.create(join(folder, FILES));
    const archive = await lite.dumpDataDir("none");
    await writeFile(join(folder, ARCHIVE), new Uint8Array(await archive.arrayBuffer()));
    await lite.close();
  });
}
