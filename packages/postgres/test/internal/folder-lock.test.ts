import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { CheckpointError } from "@threadmark/core";
import { describe, expect, it } from "vitest";
import { lockFolder } from "../../src/folder-lock.ts";
import { temporaryFolder } from "../saver-under-test.ts";

describe("many who want one folder at once", () => {
  it("never have it at the same time, over 200 owners each of whom leaves a dead socket", async () => {
    await using folder = await temporaryFolder();
    let [owners, holding, most] = [0, 0, 0];
    const refusals = new Set<unknown>();
    const want = async (): Promise<void> => {
      while (owners < 200) {
        const release = await lockFolder(folder.path).catch((error: CheckpointError) => {
          refusals.add(/folder is in use/.exec(error.message)?.[0] ?? error);
        });
        if (!release) continue;
        owners++;
        most = Math.max(most, ++holding);
        await setTimeout(Math.random() * 3);
        holding--;
        await release();
      }
    };
    await Promise.all(Array.from({ length: 12 }, want));
    expect(most).toBe(1);
    expect([...refusals]).toEqual(["folder is in use"]);
    const left = (await readdir(folder.path)).filter((name) => name.startsWith("lock-"));
    expect(left.length).toBeGreaterThan(0);
    const release = await lockFolder(folder.path);
    expect((await readdir(folder.path)).filter((name) => name.startsWith("lock-"))).toHaveLength(1);
    await release();
  });

  it("find the owner where the path is too long for a socket", async () => {
    await using folder = await temporaryFolder();
    const long = join(folder.path, "long".repeat(30), "ö".repeat(60));
    await mkdir(long, { recursive: true });
    const release = await lockFolder(long);
    await expect(lockFolder(long)).rejects.toMatchObject({ message: expect.stringContaining("in use") });
    await release();
    await (
      await lockFolder(long)
    )();
  });

  it("are refused a folder in which nothing can be made", async () => {
    await expect(lockFolder("/proc/self")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringContaining("local file system"),
    });
  });
});
