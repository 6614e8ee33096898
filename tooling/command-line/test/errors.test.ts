import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { servers } from "@threadmark/services";
import { beforeAll, describe, expect, it } from "vitest";
import { useFolder } from "../../../packages/cli/test/thread-folder.ts";
import { run } from "../src/run-main.ts";

const COMMANDS = [
  "threads",
  "inspect",
  "migrate",
  "prune",
  "sweep",
  "copy",
  "delete",
  "stats",
  "doctor",
  "conformance",
];

const place = useFolder();
beforeAll(async () => {
  const { folder } = place;
  await mkdir(join(folder, "full"));
  await writeFile(join(folder, "full", "notes.txt"), "mine");
});

/** What goes wrong is said in a line or two, without a stack and without a secret. */
async function failing(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect([code, out], err).toEqual([2, ""]);
  expect(err).not.toMatch(/^\s+at |secret/m);
  expect(err.split("\n").length, err).toBeLessThanOrEqual(4);
  return err;
}

describe("help", () => {
  it.each(COMMANDS)("of %s has examples", async (command) => {
    const { code, out } = await run(command, "--help");
    expect(code).toBe(0);
    expect(out).toContain(`Examples:\n  threadmark ${command} `);
  });

  it("says what the exit codes mean", async () => {
    expect((await run("--help")).out).toContain(
      "Exit codes: 0 no problems, 1 a problem was found, 2 the command could not run, 130 it was stopped.",
    );
  });
});

describe("arguments", () => {
  it.each([
    [["thread", "x"], "Did you mean threads?"],
    [["threads"], "missing required argument 'store'"],
    [["threads", "redis://localhost", "--jsn"], "Did you mean --json?"],
    [["threads", "redis://localhost", "--limit", "0"], "whole number above 0"],
    [["copy", "redis://localhost", "a"], "missing required argument 'to'"],
    [["threads", "redis://localhost", "--schema", "x"], "--schema is for postgres"],
    [["threads", "postgres://localhost/", "--db", "x"], "--db is for mongodb"],
    [["prune", "redis://localhost", "--older-than", "soon"], "a duration such as 30d"],
    [["prune", "redis://localhost", "--keep-latest", "1"], "name threads, or add --all-threads"],
    [["prune", "redis://localhost", "a", "--all-threads", "--keep-latest", "1"], "not both"],
    [["prune", "redis://localhost", "--all-threads"], "add --keep-latest or --older-than"],
    [["prune", "redis://localhost", "a", "--keep-latest", "-1"], "a whole number, 0 or more"],
    [["inspect", "redis://localhost", "--checkpoint", "1"], "name a thread: --checkpoint applies to one"],
    [["inspect", "redis://localhost", "--namespace", "inner"], "name a thread: --namespace applies to one"],
    [["inspect", "redis://localhost", "--watch"], "name a thread: --watch applies to one"],
    [["threads", "langgraph+postgres://localhost/", "--filter", "a=b"], "has no thread metadata"],
    [["stats", "langgraph+postgres://localhost/", "a"], "can only be measured as a whole; name no threads"],
    [["delete", "redis://localhost"], "name threads, or add --filter"],
    [["delete", "redis://localhost", "--filter", "user"], "It must be key=value"],
    [["migrate", "redis://localhost", "redis://localhost"], "from and to are the same store"],
    [["sweep", "langgraph+postgres://localhost/"], "LangGraph.js's own saver, which cannot do this"],
  ])("that cannot be right: %j", async (args, message) => {
    expect(await failing(...args)).toContain(message);
  });
});

describe("addresses", () => {
  it.each([
    ["mysql://root:secret@db/app", "threads cannot be kept in mysql://…; the known stores are postgres:"],
    ["https://user:secret@db/app", "threads cannot be kept in https://"],
    ["./nowhere", "there is no folder ./nowhere"],
    ["sqlite:nowhere.sqlite", "there is no file nowhere.sqlite"],
    ["sqlite:", "sqlite: needs a file"],
    ["sqlite:.", ". is not a file"],
    ["langgraph+./threads", "keep no folders"],
    ["langgraph+redis://:secret@localhost:1/0", "npm install @langchain/langgraph-checkpoint-redis redis"],
    ["postgres://user:secret@localhost:1/app", "ECONNREFUSED"],
    ["redis://:secret@localhost:1/0", "ECONNREFUSED"],
    ["mongodb://user:secret@localhost:1/?serverSelectionTimeoutMS=300", "ECONNREFUSED"],
    ["langgraph+postgres://user:secret@localhost:1/app", "ECONNREFUSED"],
    ["langgraph+mongodb://user:secret@localhost:1/?serverSelectionTimeoutMS=300", "ECONNREFUSED"],
    ["postgres://user:secret@no-such-host.invalid/app", "no-such-host.invalid"],
  ])("that lead nowhere: %s", async (address, message) => {
    expect(await failing("threads", address)).toContain(message);
  });

  it("that doctor does not reach say why", async () => {
    expect(await failing("doctor", "redis://:secret@localhost:1/0")).toContain("ECONNREFUSED");
  });

  it("of a folder that is not PGlite's leave it as it is", async () => {
    const full = join(place.folder, "full");
    expect(await failing("threads", full)).toContain("is not a PGlite folder");
    expect(await failing("migrate", "redis://localhost:1", full)).toContain("is not a PGlite folder");
    expect(await readdir(full)).toEqual(["notes.txt"]);
    expect(await readdir(place.folder)).toEqual(["full"]);
  });

  it.each(servers("postgres"))("on $kind $version without tables say what to look at", async ({ url }) => {
    for (const [address, hint] of [
      [url, "has no Threadmark tables"],
      [`langgraph+${url}`, "has no tables of LangGraph.js's own saver"],
    ] as const) {
      expect(await failing("threads", address, "--schema", "nothing_here")).toContain(hint);
      expect(
        await failing("migrate", address, join(place.folder, "new"), "--from-schema", "nothing_here"),
      ).toContain(hint);
    }
  });
});
