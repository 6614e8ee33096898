import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lockFolder } from "./folder-lock.ts";
import { loadPGlite } from "./load-driver.ts";
import { PGliteDatabase, type Database } from "./pg.ts";

/** PGlite on a folder, which is locked: two processes using it would destroy it. */
export async function openFolder(folder: string): Promise<Database> {
  const { PGlite } = await loadPGlite();
  await mkdir(folder, { recursive: true });
  const release = await lockFolder(folder);
  try {
    const client = await PGlite.create(join(folder, "pglite"));
    return new PGliteDatabase(client, async () => {
      try {
        await client.close();
      } finally {
        await release();
      }
    });
  } catch (error) {
    await release();
    throw error;
  }
}
