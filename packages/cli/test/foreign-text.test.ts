import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { threadmark } from "./run-cli.ts";
import { useThreadFolder } from "./thread-folder.ts";

const harness = fileURLToPath(new URL("harnesses/tells-urls.mjs", import.meta.url));
const id = "thread \u001b[31m \u009b31m \u202e";
const place = useThreadFolder([id]);

/** A package as it is after an installation that went wrong. */
async function install(name: string, source: string): Promise<void> {
  const target = join(place.folder, "node_modules", name);
  await mkdir(target, { recursive: true });
  await writeFile(
    join(target, "package.json"),
    JSON.stringify({ name, type: "module", exports: "./index.js" }),
  );
  await writeFile(join(target, "index.js"), source);
}

describe("what a saver or its driver says", () => {
  it.each([
    ["open", 2],
    ["getTuple", 1],
    ["outside", 1],
    ["nothing", 1],
  ])(
    "has no password in any report when it fails in %s, and cannot control the terminal",
    async (where, expected) => {
      const files = ["r.json", "r.xml", "r.md", "b.json"];
      const reports = ["--json", "--junit", "--markdown", "--badge"].flatMap((flag, i) => [flag, files[i]!]);
      const { code, out, err } = await threadmark(["conformance", harness, "--only", "get", ...reports], {
        cwd: place.folder,
        env: { FAILS_IN: where },
      });
      expect(code, err).toBe(expected);
      const texts = await Promise.all(files.map((file) => readFile(join(place.folder, file), "utf8")));
      for (const text of [out, err, ...texts]) {
        for (const unsafe of ["sec/ret", "\u001b"]) expect(text).not.toContain(unsafe);
      }
      expect(out + err).toContain("redis://***@localhost:1/0");
    },
  );
});

describe("what is stored", () => {
  it("cannot control the terminal, and is unchanged in JSON", async () => {
    const run = (...args: string[]) => threadmark(args, { cwd: import.meta.dirname });
    for (const args of [
      ["threads", place.threads],
      ["inspect", place.threads, id],
      ["inspect", place.threads, id, "--checkpoint", "1"],
      ["inspect", place.threads, `${id}!`],
      ["copy", place.threads, id, `${id} 2`],
      ["migrate", place.threads, join(place.folder, "copy")],
      ["threads", place.threads, "--json"],
    ]) {
      const { out, err } = await run(...args);
      for (const unsafe of ["\u001b", "\u009b", "\u202e"]) expect(out + err).not.toContain(unsafe);
    }
    const { out } = await run("threads", place.threads, "--json");
    const ids = (JSON.parse(out) as { threadId: string }[]).map(({ threadId }) => threadId);
    expect(ids.toSorted()).toEqual([id, `${id} 2`]);
  });
});

describe("a package that was not installed completely", () => {
  it.each([
    [
      "without its compiled part",
      `export default class Database { constructor() { throw new Error("Could not locate the bindings file. Tried:\\n → a\\n → b"); } }`,
      "better-sqlite3 cannot be loaded: its compiled part is missing, or was made for another Node.js or system; run: npm rebuild better-sqlite3",
    ],
    [
      "with a compiled part for another Node.js",
      `throw Object.assign(new Error("The module 'better_sqlite3.node'\\nwas compiled against a different Node.js version"), { code: "ERR_DLOPEN_FAILED" });`,
      "better-sqlite3 cannot be loaded: its compiled part is missing, or was made for another Node.js or system; run: npm rebuild better-sqlite3",
    ],
    [
      "without what it needs",
      `import "a-package-that-is-not-there/inside"; export default class Database {}`,
      "better-sqlite3 needs a-package-that-is-not-there, which is not installed here; run: npm install a-package-that-is-not-there",
    ],
  ])("is named in a line with what to do: %s", async (_, source, message) => {
    await install("better-sqlite3", source);
    await install(
      "@langchain/langgraph-checkpoint-sqlite",
      `export class SqliteSaver { static async fromConnString() { const { default: Database } = await import("better-sqlite3"); return new Database(); } }`,
    );
    await writeFile(join(place.folder, "old.sqlite"), "");
    const { code, out, err } = await threadmark(["threads", "sqlite:old.sqlite"], { cwd: place.folder });
    expect([code, out, err]).toEqual([2, "", `threadmark: ${message}\n`]);
  });
});
