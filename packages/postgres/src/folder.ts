import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "@threadmark/core/storage";
import { PGliteDatabase, type Database } from "./pg.ts";

/** PGlite on a folder. Two processes on one would destroy it, so it is locked. */
export async function openFolder(folder: string): Promise<Database> {
  const { PGlite } = await import("@electric-sql/pglite");
  await mkdir(folder, { recursive: true });
  const lock = join(folder, "lock");
  await takeLock(folder, lock);
  try {
    const client = await PGlite.create(join(folder, "pglite"));
    return new PGliteDatabase(client, async () => {
      await client.close();
      await rm(lock, { force: true });
    });
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  }
}

/** The lock is the id of a process. That of one that has ended, by a crash most likely, is void. */
async function takeLock(folder: string, lock: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(lock, "utf8").catch(() => ""));
    if (owner > 0 && isRunning(owner)) break;
    await rm(lock, { force: true });
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `${folder} is open already, in this process or another one; close that saver first, ` +
      "or use a Postgres server to share threads",
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
