import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { Document } from "@langchain/core/documents";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { Command, Send } from "@langchain/langgraph";
import { Serializer } from "@threadmark/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const serializer = new Serializer();

/** A folder in which a separate program finds this package, its dependencies, and what a test adds. */
let folder: string;
let entry: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serializer-"));
  const { resolve } = createRequire(import.meta.url);
  const root = dirname(resolve("@threadmark/core/package.json"));
  // The packed package has no sources, and Node before 24 could not run them.
  const inRepository = existsSync(join(root, "src"));
  const code = join(root, inRepository ? "src" : "dist");
  entry = inRepository ? "index.ts" : "index.js";
  await cp(code, join(folder, "package"), { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const require = createRequire(join(code, "index.js"));
  await mkdir(join(folder, "node_modules", "@noble"), { recursive: true });
  const hashes = join("node_modules", "@noble", "hashes");
  const file = require.resolve("@noble/hashes/sha2.js");
  await symlink(file.slice(0, file.lastIndexOf(hashes) + hashes.length), join(folder, hashes));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function install(name: string, files: Record<string, string>): Promise<void> {
  const place = join(folder, "node_modules", name);
  await mkdir(place, { recursive: true });
  const exports = Object.fromEntries(Object.keys(files).map((file) => [`./${file}`, `./${file}.js`]));
  await writeFile(join(place, "package.json"), JSON.stringify({ name, type: "module", exports }));
  for (const [file, source] of Object.entries(files)) await writeFile(join(place, `${file}.js`), source);
}

/** Runs a program in which `decode(name)` decodes one of the values; returns what it prints, as JSON. */
async function program(
  values: Record<string, unknown>,
  source: string,
  flags: string[] = [],
): Promise<unknown> {
  const encoded = Object.entries(values).map(
    ([name, value]) => [name, Buffer.from(serializer.encode(value)).toString("base64")] as const,
  );
  const file = join(folder, `program-${Math.random()}.mjs`);
  await writeFile(
    file,
    `import { Serializer } from "./package/${entry}";
     const values = ${JSON.stringify(Object.fromEntries(encoded))};
     const serializer = new Serializer();
     const decode = (name) => serializer.decode(Uint8Array.from(atob(values[name]), (c) => c.charCodeAt(0)));
     const fail = (name) => decode(name).then(() => "decoded", (error) => ({ code: error.code, message: error.message }));
     ${source}`,
  );
  const { stdout } = await run(process.execPath, [...flags, file]);
  return JSON.parse(stdout);
}

const values = {
  plain: { list: [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }] },
  tagged: { when: new Date(0), map: new Map([[1, 2]]) },
  messages: [new HumanMessage("hi"), new AIMessage("ho")],
  document: new Document({ pageContent: "x" }),
  command: new Command({ update: { a: 1 }, goto: [new Send("n", 1)] }),
};

describe("without LangChain and LangGraph.js installed", () => {
  it("everything else is decoded, and messages name what to install", async () => {
    const result = await program(
      values,
      `console.log(JSON.stringify({
        plain: await decode("plain"),
        tagged: (await decode("tagged")).when instanceof Date,
        messages: await fail("messages"),
        document: await fail("document"),
      }));`,
    );
    expect(result).toMatchObject({
      plain: values.plain,
      tagged: true,
      messages: { code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("install `@langchain/core`") },
      document: { code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("install `@langchain/core`") },
    });
  });

  it("LangGraph's values are decoded to objects that LangGraph takes for its own, and stored again", async () => {
    const result = await program(
      values,
      `const command = await decode("command");
       const again = await serializer.decode(serializer.encode(command));
       const isCommand = (x) => x.lg_name === "Command" && Object.getPrototypeOf(x) !== Object.prototype;
       console.log(JSON.stringify({
         command: [command, again].map(isCommand),
         send: [command, again].map((x) => x.goto[0].node),
         tuples: again._updateAsTuples(),
         given: again[Symbol.for("langgraph.command")].update,
       }));`,
    );
    expect(result).toEqual({ command: [true, true], send: ["n", "n"], tuples: [["a", 1]], given: { a: 1 } });
  });

  it("works where code may not be made from text", async () => {
    const result = await program(values, `console.log(JSON.stringify(await decode("plain")));`, [
      "--disallow-code-generation-from-strings",
    ]);
    expect(result).toEqual(values.plain);
  });
});

describe("with a LangChain installed", () => {
  beforeAll(async () => {
    const source = (name: string, classes: string): string =>
      `globalThis.loaded = [...(globalThis.loaded ?? []), "${name}"]; ${classes}`;
    await install("@langchain/core", {
      messages: source("messages", "export class HumanMessage { static here = true; }"),
      documents: source("documents", "export class Document { }"),
    });
    await install("@langchain/langgraph", {
      web: source("langgraph", "export class Send { }; export class Command { }"),
    });
  });

  it("each module is imported when a value needs it, once, and not before", async () => {
    const result = await program(
      { ...values, human: [new HumanMessage("a"), new HumanMessage("b")], send: new Send("n", 1) },
      `const steps = [];
       const step = async (name) => { await decode(name); steps.push([name, ...(globalThis.loaded ?? [])]); };
       serializer.encode({ a: 1 });
       for (const name of ["plain", "tagged", "human", "human", "document", "send", "command"]) await step(name);
       console.log(JSON.stringify(steps));`,
    );
    expect(result).toEqual([
      ["plain"],
      ["tagged"],
      ["human", "messages"],
      ["human", "messages"],
      ["document", "messages", "documents"],
      ["send", "messages", "documents", "langgraph"],
      ["command", "messages", "documents", "langgraph"],
    ]);
  });

  it("that lacks a class is an error that names the class, and its other classes are used", async () => {
    const result = await program(
      { ...values, human: new HumanMessage("a") },
      `const human = await decode("human");
       console.log(JSON.stringify({ here: human.constructor.here, messages: await fail("messages") }));`,
    );
    expect(result).toMatchObject({
      here: true,
      messages: { code: "UNSUPPORTED_FORMAT", message: expect.stringContaining("AIMessage") },
    });
  });
});
