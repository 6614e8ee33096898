import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresSaver } from "@threadmark/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadmark } from "./run-cli.ts";

let folder: string;
let threads: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "threadmark-cli-"));
  threads = join(folder, "threads");
  await using saver = PostgresSaver.fromFolder(threads, {
    threadMetadata: ({ configurable }) => ({ user: configurable?.["user"] }),
  });
  const put = async (thread: string, user: string, id: number, parent?: number) => {
    const configurable = {
      thread_id: thread,
      checkpoint_ns: "",
      user,
      ...(parent && { checkpoint_id: idOf(parent) }),
    };
    const messages = Array.from({ length: id }, (_, i) => ({
      role: i % 2 ? "ai" : "human",
      content: `text ${i}`,
    }));
    const checkpoint = {
      v: 4,
      id: idOf(id),
      ts: `2026-01-0${id}T00:00:00.000Z`,
      channel_values: { messages, when: new Date(id) },
      channel_versions: { messages: id, when: id },
      versions_seen: {},
    };
    await saver.put(
      { configurable },
      checkpoint,
      { source: "loop", step: id, parents: {} },
      { messages: id, when: id },
    );
  };
  await put("first", "bob", 1);
  await put("first", "bob", 2, 1);
  await put("first", "bob", 3, 1);
  await put("second", "alice", 1);
  const config = { configurable: { thread_id: "second", checkpoint_ns: "", checkpoint_id: idOf(1) } };
  await saver.putWrites(config, [["__interrupt__", { value: "Shall I?" }]], "task");
});
afterAll(() => rm(folder, { recursive: true }));

function idOf(id: number): string {
  return `1f0c0de0-0000-6000-8000-00000000000${id}`;
}

/** Packages are taken from this one, as a project's are. */
function run(...args: string[]) {
  return threadmark(args, { cwd: import.meta.dirname });
}

async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run(...args, "--json");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

describe("looking at threads", () => {
  it("lists them, the last updated first, with state and metadata", async () => {
    expect(await json("threads", threads)).toMatchObject([
      { threadId: "second", state: "interrupted", metadata: { user: "alice" } },
      { threadId: "first", state: "idle", metadata: { user: "bob" } },
    ]);
    expect(await json("threads", threads, "--filter", "user=bob")).toHaveLength(1);
    const { out } = await run("threads", threads, "--limit", "1");
    expect(out).toMatch(/^THREAD +STATE +UPDATED +EXPIRES +METADATA\nsecond +interrupted /);
  });

  it("shows one as a tree with its branches", async () => {
    const { out } = await run("inspect", threads, "first");
    const lines = out.split("\n").filter((line) => line.includes("●"));
    expect(lines.map((line) => [line.indexOf("●"), /0(\d) {2}loop/.exec(line)?.[1]])).toEqual([
      [0, "1"],
      [2, "2"],
      [0, "3"],
    ]);
    expect((await run("inspect", threads, "second")).out).toContain("waits for an answer");
  });

  it("shows a checkpoint: what has changed, messages as a chat, other values as they are", async () => {
    const { out } = await run("inspect", threads, "first", "--checkpoint", idOf(3));
    expect(out).toContain("~ messages: 1 → 3 items");
    expect(out).toMatch(/human +text 0\n.*ai +text 1/);
    expect(out).toContain("1970-01-01T00:00:00.003Z");
  });

  it("counts what there is", async () => {
    expect(await json("stats", threads)).toEqual({
      threads: 2,
      idle: 1,
      interrupted: 1,
      expiring: 0,
      checkpoints: 4,
    });
  });

  it("says what is wrong with a set-up, or that nothing is", async () => {
    expect(await json("doctor", threads)).toEqual([
      { what: "storing", state: "ok", text: "a thread was stored, read and removed" },
    ]);
  });
});

describe("changing threads", () => {
  it("shows first what would go, and removes nothing that nobody has agreed to", async () => {
    const pruned = await run("prune", threads, "first", "--keep-latest", "1");
    expect(pruned).toMatchObject({ code: 2, out: "" });
    expect(pruned.err).toContain("checkpoints of 1 threads");
    expect(pruned.err).toContain("nothing was removed; add --yes");
    expect((await run("prune", threads, "--keep-latest", "1")).err).toContain(
      "name threads, or add --all-threads",
    );
    expect((await run("delete", threads)).err).toContain("name threads, or add --filter");
    expect(await json("stats", threads)).toMatchObject({ checkpoints: 4 });
  });

  it("copies, migrates, prunes and deletes", async () => {
    expect((await run("copy", threads, "first", "third")).code).toBe(0);
    expect((await run("copy", threads, "first", "third")).err).toContain("already exists");
    const copy = join(folder, "copy");
    const dry = await run("migrate", threads, copy, "--dry-run");
    expect(dry.out).toContain("3 threads in");
    const report = JSON.parse((await run("migrate", threads, copy, "--json")).out) as object;
    expect(report).toEqual({ threads: 3, checkpoints: 7, stored: 7, failures: [] });
    expect(JSON.parse((await run("migrate", threads, copy, "--json")).out)).toMatchObject({ stored: 0 });
    const { out } = await run("prune", copy, "--all-threads", "--keep-latest", "1", "--yes", "--json");
    expect(JSON.parse(out)).toMatchObject({ threads: 2 });
    const gone = await run("delete", copy, "--filter", "user=bob", "--yes");
    expect(gone.out).toBe("Removed 2 threads.\n");
    expect((await run("sweep", copy)).out).toBe("Removed 0 expired threads.\n");
  });
});

describe("addresses", () => {
  it.each([
    ["./nowhere", "there is no such folder"],
    ["mysql://root:secret@db/app", "threads cannot be in mysql:"],
    ["langgraph+redis://:secret@localhost:1/0", "npm install @langchain/langgraph-checkpoint-redis"],
    ["mongodb://user:secret@localhost:1/", "npm install @threadmark/mongodb"],
  ])("that cannot be used are refused without showing a secret: %s", async (address, message) => {
    const { code, out, err } = await run("threads", address);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out + err).not.toContain("secret");
  });
});
