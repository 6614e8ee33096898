import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useThreadFolder } from "../../../packages/cli/test/thread-folder.ts";
import { run } from "../src/run-main.ts";

const place = useThreadFolder(["a"]);

async function refused(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).not.toMatch(/^ +at /m);
  return err;
}

describe("what would look like a success", () => {
  it("a thread that is not in the store that it is to come from", async () => {
    const { folder, threads } = place;
    const target = join(folder, "nothing");
    const err = await refused("migrate", threads, target, "--thread", "a", "nobody");
    expect(err).toBe(`threadmark: there is no thread "nobody" in ${threads}\n`);
    expect(existsSync(target)).toBe(false);
  });

  it("a store that is copied to itself by another path", async () => {
    const { folder, threads } = place;
    const link = join(folder, "link");
    await symlink(threads, link);
    for (const same of [`${threads}/`, `${folder}/./threads`, link]) {
      expect(await refused("migrate", threads, same)).toContain("from and to are the same store");
    }
  });
});

describe("a message", () => {
  it("tells a thread from its namespace", async () => {
    const err = await refused("inspect", place.threads, "a", "--namespace", "inner");
    expect(err).toContain(`thread "a" has no checkpoints in the namespace "inner"`);
  });

  it("has the singular for one", async () => {
    const { folder, threads } = place;
    const moved = await run("migrate", threads, join(folder, "target"));
    const pruned = await run("prune", threads, "a", "--keep-latest", "0", "--dry-run");
    expect(pruned.out).toBe(`1 checkpoint of 1 thread in ${threads} would be removed.\n`);
    expect(moved.err).toContain('0 of 1 thread, 1 checkpoint, at "a"\n');
    expect(moved.out).toMatch(/^1 thread with 1 checkpoint is in .* as in .*; stored now: 1, failed: 0\.\n/);
  });
});
