import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where a folder of the cache is, or will be. */
export function cachePath(name: string): string {
  const home = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(home, "threadmark", name);
}

const filling = new Map<string, Promise<string>>();

/**
 * A folder of the cache, which is kept between runs. The first time, `fill` makes its content in another folder,
 * so that an interrupted run leaves no half of it.
 */
export function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  // Several servers have the same program, and are started side by side.
  const running = filling.get(name) ?? fillOnce(cachePath(name), fill);
  filling.set(name, running);
  return running;
}

async function fillOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    await fill(work);
    // Servers may run as another user.
    await chmod(work, 0o755);
    await rename(work, folder).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}
