import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { clauses as all, type Report } from "@threadmark/conformance";
import { describe, expect, it } from "vitest";
import { threadmark } from "./run-cli.ts";
import { useFolder } from "./thread-folder.ts";

const gets = all.filter(({ id }) => id.startsWith("get/")).length;
const place = useFolder();

function harness(name: string): string {
  return fileURLToPath(new URL(`harnesses/${name}`, import.meta.url));
}

function conformance(...args: string[]) {
  return threadmark(["conformance", ...args], { cwd: place.folder });
}

async function reportIn(file: string): Promise<Report> {
  return JSON.parse(await readFile(join(place.folder, file), "utf8")) as Report;
}

describe("threadmark conformance", () => {
  it("finds every level full in ours, and shows progress apart from the result", async () => {
    const { code, out, err } = await conformance(harness("memory.ts"), "--fast");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^langgraph (\d+)\/\1 · exact (\d+)\/\2 · strict (\d+)\/\3 · legacy (\d+)\/\4 · extended (\d+)\/\5$/m,
    );
    expect(err).toMatch(/^fork {12}\.+$/m);
    expect(err).not.toContain("THREADMARK_CONVERTED");
  });

  it("takes a module that exports the class of a saver, and counts what it keeps", async () => {
    const { code, out } = await conformance(harness("official.mjs"), "--only", "get,values");
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILED {2}values\/dates$/m);
    expect(out).toMatch(/^MemorySaver: \d+ passed, \d+ failed/m);
    expect(out).toContain("What to do: ");
  });

  it("takes one saver that is open already, and does not close it", async () => {
    const file = join(place.folder, "one.mjs");
    const url = pathToFileURL(createRequire(import.meta.url).resolve("@threadmark/memory")).href;
    await writeFile(file, `import { MemorySaver } from "${url}"; export const saver = new MemorySaver();`);
    const { code, out } = await conformance("./one.mjs", "--only", "opening,get");
    expect(out).toContain("the harness declares that it lacks close");
    expect(code).toBe(0);
  });

  it("writes JSON, JUnit, Markdown and a badge", async () => {
    const files = ["--json", "r.json", "--junit", "r.xml", "--markdown", "r.md", "--badge", "b.json"];
    const { code } = await conformance(harness("memory.ts"), "--only", "get", ...files);
    expect(code).toBe(0);
    expect(await reportIn("r.json")).toMatchObject({
      name: "MemorySaver",
      failed: 0,
      versions: { node: process.versions.node },
    });
    expect(await readFile(join(place.folder, "r.xml"), "utf8")).toContain('failures="0"');
    expect(await readFile(join(place.folder, "r.md"), "utf8")).toContain(
      "| `get/without-a-thread-is-nothing` | passed |",
    );
    expect(JSON.parse(await readFile(join(place.folder, "b.json"), "utf8"))).toMatchObject({
      schemaVersion: 1,
      label: "checkpointer",
      message: "langgraph 8/8 · strict 1/1",
      color: "brightgreen",
    });
  });

  it.each(["--json", "--junit", "--markdown", "--badge"])(
    "says that the file of %s cannot be written, before a clause runs",
    async (flag) => {
      const { code, out, err } = await conformance(harness("memory.ts"), flag, join("nowhere", "r"));
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/^threadmark: the report cannot be written: ENOENT: .*\n$/);
    },
  );

  it("prints nothing but JSON with --json", async () => {
    const { out } = await conformance(harness("memory.ts"), "--only", "get", "--level", "strict", "--json");
    expect(JSON.parse(out)).toMatchObject({ passed: 1, levels: [{ level: "strict", kept: 1, of: 1 }] });
  });

  it("fails only for new failures when a baseline lists the known ones", async () => {
    const run = (...more: string[]) =>
      conformance(harness("official.mjs"), "--only", "binary", "--baseline", "known.json", ...more);
    const missing = await run();
    expect(missing).toMatchObject({
      code: 2,
      err: "threadmark: there is no file known.json; --update-baseline writes it\n",
    });
    expect((await run("--update-baseline")).code).toBe(0);
    expect((await run()).code).toBe(0);
    const { knownFailures } = JSON.parse(await readFile(join(place.folder, "known.json"), "utf8")) as {
      knownFailures: string[];
    };
    expect(knownFailures.length).toBeGreaterThan(2);
    await writeFile(
      join(place.folder, "known.json"),
      JSON.stringify({ knownFailures: knownFailures.slice(1) }),
    );
    expect((await run()).code).toBe(1);
    await writeFile(join(place.folder, "known.json"), JSON.stringify({ knownFailures: ["no/clause"] }));
    expect((await run()).err).toContain('known.json lists "no/clause", which is not a clause');
  });

  it("ends after the first failure with --bail", async () => {
    const { out } = await conformance(harness("official.mjs"), "--only", "values", "--bail", "--json");
    const { clauses } = JSON.parse(out) as Report;
    expect(clauses.filter(({ status }) => status === "failed")).toHaveLength(1);
    expect(clauses.at(-1)?.status).toBe("failed");
  });
});

describe("what goes wrong", () => {
  it("in open() is told apart from the saver: exit code 2", async () => {
    const { code, out } = await conformance(harness("throws-in-open.mjs"), "--only", "get");
    expect(code).toBe(2);
    expect(out).toContain(`NOT RUN ${gets} clauses: open() failed: Error: connect ECONNREFUSED 127.0.0.1:1`);
  });

  it("by taking the process down fails one clause, and the others run", async () => {
    const { code, out } = await conformance(harness("crashes.mjs"), "--only", "get", "--json", "crash.json");
    expect(code).toBe(1);
    expect(out).toContain("The process ended with SIGKILL while this clause ran.");
    const { clauses, passed } = await reportIn("crash.json");
    expect([clauses.length, passed]).toEqual([gets, gets - 1]);
  });

  it.each([
    [["./nothing.ts"], "there is no file ./nothing.ts"],
    [[harness("no-saver.mjs")], "exports neither a function open, nor a saver"],
    [
      ["no-such-package-at-all"],
      "the package no-such-package-at-all is not installed here; run: npm install",
    ],
    [["@threadmark/postgres"], "@threadmark/postgres"],
    [[], "name a file or a package to test"],
    [["./a.ts", "--only", "nope"], 'there is no clause or group "nope"'],
    [["./a.ts", "--level", "high"], "There is no level high"],
    [["explain", "get/foo"], "similar: "],
  ])("with %j is said in a line without a stack: exit code 2", async (args, message) => {
    const { code, err } = await conformance(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe("help for authors", () => {
  it("explains a clause, with its steps", async () => {
    const { code, out } = await conformance("explain", "fork/a-sibling-keeps-its-values");
    expect(code).toBe(0);
    for (const part of ["The contract: ", "Why: ", "What to do: ", "Level:        langgraph", "The steps:"]) {
      expect(out).toContain(part);
    }
  });

  it("explains a group as JSON", async () => {
    const { code, out } = await conformance("explain", "get", "--json");
    expect(code).toBe(0);
    const explained = JSON.parse(out) as Record<string, unknown>[];
    expect(explained.map(({ id }) => id)).toEqual(
      all.filter(({ id }) => id.startsWith("get/")).map(({ id }) => id),
    );
    for (const { level, rule, reason, hint, steps } of explained) {
      for (const text of [level, rule, reason, hint, steps]) expect(text).toMatch(/\w/);
    }
  });

  it("writes a harness, and never over a file", async () => {
    for (const database of ["memory", "postgres", "redis", "mongodb", "sqlite"]) {
      const { code, out } = await conformance("init", `${database}.ts`, "--database", database);
      expect(code).toBe(0);
      expect(out).toContain(`npx threadmark conformance ./${database}.ts`);
      expect(await readFile(join(place.folder, `${database}.ts`), "utf8")).toContain(
        "export const open: OpenStore",
      );
    }
    const { out } = await conformance("init", "told.ts", "--database", "redis", "--json");
    expect(JSON.parse(out)).toEqual({
      file: "told.ts",
      database: "redis",
      command: "npx threadmark conformance ./told.ts",
    });
    const again = await conformance("init", "memory.ts");
    expect(again).toMatchObject({
      code: 2,
      err: "threadmark: memory.ts already exists; name another file\n",
    });
  });

  it("has examples and the exit codes in its help", async () => {
    const { code, out } = await conformance("--help");
    expect(code).toBe(0);
    expect(out).toContain("Examples:");
    expect(out).toContain("Exit codes:");
  });

  it("uses colours only on a terminal, or if FORCE_COLOR asks for them", async () => {
    const plain = await conformance("./nothing.ts");
    expect(plain.err).not.toContain("\u001b[");
    const forced = await threadmark(["conformance", "./nothing.ts"], {
      cwd: place.folder,
      env: { FORCE_COLOR: "1", NO_COLOR: "" },
    });
    expect(forced.err).toContain("\u001b[");
    const never = await threadmark(["conformance", "./nothing.ts"], {
      cwd: place.folder,
      env: { FORCE_COLOR: "1", NO_COLOR: "1" },
    });
    expect(never.err).not.toContain("\u001b[");
  });
});
