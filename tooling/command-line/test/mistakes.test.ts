import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresSaver } from "@threadmark/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../src/run-main.ts";

let folder: string;
let threads: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "threadmark-cli-"));
  threads = join(folder, "threads");
  await using saver = PostgresSaver.fromFolder(threads);
  const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
  const metadata = { source: "input" as const, step: -1, parents: {} };
  await saver.put({ configurable: { thread_id: "a", checkpoint_ns: "" } }, checkpoint, metadata, {});
});
afterAll(() => rm(folder, { recursive: true }));

async function refused(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).not.toMatch(/^ +at /m);
  return err;
}

describe("what would look like a success", () => {
  it("a thread that is not in the store that it is to come from", async () => {
    const target = join(folder, "nothing");
    const err = await refused("migrate", threads, target, "--thread", "a", "nobody");
    expect(err).toBe(`threadmark: there is no thread "nobody" in ${threads}\n`);
    expect(existsSync(target)).toBe(false);
  });

  it("a store that is copied to itself by another path", async () => {
    const link = join(folder, "link");
    await symlink(threads, link);
    for (const same of [`${threads}/`, `${folder}/./threads`, link]) {
      expect(await refused("migrate", threads, same)).toContain("from and to are the same store");
    }
  });
});

describe("a message", () => {
  it("tells a thread from its namespace", async () => {
    const err = await refused("inspect", threads, "a", "--namespace", "inner");
    expect(err).toContain(`thread "a" has no checkpoints in the namespace "inner"`);
  });

  it("has the singular for one", async () => {
    const moved = await run("migrate", threads, join(folder, "target"));
    const pruned = await run("prune", threads, "a", "--keep-latest", "0", "--dry-run");
    expect(pruned.out).toBe(`1 checkpoint of 1 thread in ${threads} would be removed.\n`);
    expect(moved.err).toContain('0 of 1 thread, 1 checkpoint, at "a"\n');
    expect(moved.out).toMatch(/^1 thread with 1 checkpoint is in .* as in .*; stored now: 1, failed: 0\.\n/);
  });
});
