import { countTests } from "@threadmark/services";
import { beforeAll, describe, expect, it } from "vitest";
import { idOf, storeThreads } from "../src/conversation.ts";
import { json, run } from "../src/run-main.ts";
import { kinds } from "../src/stores.ts";

describe.each(kinds)("threads in $name", ({ make, server }) => {
  countTests(server);
  const place = make();
  beforeAll(async () => {
    await using saver = place.open({
      threadMetadata: ({ configurable }) => ({ user: configurable?.["user"] }),
    });
    await saver.setup();
    await storeThreads(saver);
  });

  const on = (command: string, ...more: string[]) => run(command, ...place.args, ...more);
  const jsonOn = <T = unknown>(command: string, ...more: string[]) =>
    json<T>(command, ...place.args, ...more);

  it("are listed, the last updated first, with state and metadata", async () => {
    expect(await jsonOn("threads")).toMatchObject([
      { threadId: "second", state: "interrupted", metadata: { user: "alice" } },
      { threadId: "first", state: "idle", metadata: { user: "bob" } },
    ]);
    expect(await jsonOn("threads", "--filter", "user=bob")).toHaveLength(1);
    const { out } = await on("threads", "--limit", "1");
    expect(out).toMatch(/^THREAD +STATE +UPDATED +EXPIRES +METADATA\nsecond +interrupted /);
  });

  it("are shown as a tree, and a checkpoint with what has changed", async () => {
    const { out } = await on("inspect", "first");
    const lines = out.split("\n").filter((line) => line.includes("●"));
    expect(lines.map((line) => [line.indexOf("●"), /0(\d) {2}loop/.exec(line)?.[1]])).toEqual([
      [0, "1"],
      [2, "2"],
      [0, "3"],
    ]);
    const sizes = await jsonOn<{ bytes: number; added: number }[]>("inspect", "first");
    // The long value is stored once.
    expect(sizes.map(({ bytes, added }) => [bytes > 20_000, added > 20_000])).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
    expect(out).toMatch(/\+\d.* k?B, 2\d\.\d kB shared/);
    expect((await on("inspect", "second")).out).toContain("(1 task has written, waits for an answer)");
    expect(out).toContain("(1 task has written)");
    expect(out).not.toContain("waits for an answer");
    const answered = (await on("inspect", "first", "--checkpoint", idOf(1))).out;
    expect(answered).not.toContain("waits for an answer");
    const shown = (await on("inspect", "first", "--checkpoint", idOf(3))).out;
    expect(shown).toContain("~ messages: 1 → 3 items");
    expect(shown).toMatch(/human +text 0\n.*ai +text 1/);
  });

  it("are counted", async () => {
    const all = await jsonOn<{ bytes: number }>("stats");
    expect(all).toMatchObject({ threads: 2, idle: 1, interrupted: 1, expiring: 0, checkpoints: 4 });
    const one = await jsonOn<{ bytes: number }>("stats", "first");
    expect(one).toMatchObject({ threads: 1, checkpoints: 3 });
    expect(all.bytes).toBeGreaterThan(one.bytes);
    expect(await on("stats", "first", "nobody")).toMatchObject({ code: 2, out: "" });
  });

  it("are copied, migrated, pruned and deleted, and nothing goes that nobody has agreed to", async () => {
    expect(await jsonOn("copy", "first", "third")).toEqual({ from: "first", to: "third" });
    expect(await on("copy", "first", "third")).toMatchObject({ code: 2 });
    const target = make();
    const migrate = (...more: string[]) =>
      json("migrate", place.from[0]!, ...target.args, ...place.from.slice(1), ...more);
    expect(await migrate("--dry-run")).toMatchObject({
      threads: 3,
      checkpoints: 7,
      sample: 7,
      expectedBytes: expect.any(Number) as number,
    });
    expect(await migrate()).toEqual({ threads: 3, checkpoints: 7, stored: 7, failures: [] });
    expect(await migrate()).toMatchObject({ stored: 0, failures: [] });
    const dry = { threads: 2, checkpoints: 4 };
    const prune = (...more: string[]) =>
      run("prune", ...target.args, "--all-threads", "--keep-latest", "1", ...more);
    expect(JSON.parse((await prune("--dry-run", "--json")).out)).toEqual(dry);
    expect(await prune()).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("add --yes") as string,
    });
    expect(JSON.parse((await prune("--yes", "--json")).out)).toEqual(dry);
    expect(JSON.parse((await prune("--json")).out)).toEqual({ threads: 0, checkpoints: 0 });
    const remove = (...more: string[]) => run("delete", ...target.args, ...more);
    expect(await remove("first")).toMatchObject({ code: 2, out: "" });
    expect((await remove("--filter", "user=bob", "--yes")).out).toBe("Removed 2 threads.\n");
    expect(JSON.parse((await remove("second", "--yes", "--json")).out)).toEqual({ threads: 1 });
    expect(await json("sweep", ...target.args)).toEqual({ threads: 0 });
    expect((await run("threads", ...target.args)).out).toBe("There are no threads.\n");
  });

  it("that do not exist are an error, and so is a store without tables", async () => {
    const missing = [
      ["inspect", "nobody"],
      ["prune", "nobody", "--keep-latest", "1"],
      ["delete", "first", "nobody", "--yes"],
      ["copy", "nobody", "somebody"],
    ];
    for (const [command = "", ...args] of missing) {
      const { code, err } = await on(command, ...args);
      expect([code, err]).toEqual([2, expect.stringMatching(/^threadmark: .*"nobody"/)]);
    }
    expect(await jsonOn("threads", "--filter", "user=bob")).toHaveLength(2);
  });
});
