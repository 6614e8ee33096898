import { spawnSync } from "node:child_process";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTests, servers } from "@threadmark/services";
import { putPGlite } from "@threadmark/services/pglite";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../src/chatbot.ts", import.meta.url));
const KNOWN = "  you: what's my name?\n  bot: Your name is Bob.\n";
const UNKNOWN = "  you: what's my name?\n  bot: I don't know your name.";

/** Runs the program as a user does. */
function run(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    env: { ...process.env, MODEL: "", ...env },
  });
  return { status, stdout, stderr };
}

/** What it says when all is well. */
function say(args: readonly string[], env?: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = run(args, env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** What it says about a mistake of its user: no stack, nothing else. */
function complain(args: readonly string[], env?: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = run(args, env);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

function expectBobIsNew(output: string): void {
  expect(output).toContain("Thread 1\n  you: hi! I'm bob\n");
  expect(output).toContain(`${KNOWN}Thread 2`);
  expect(output).toContain(UNKNOWN);
}

function expectBobIsKnown(output: string): void {
  expect(output).not.toContain("you: hi!");
  expect(output).toContain(`Thread 1, which an earlier run has left\n${KNOWN}`);
  expect(output).toContain(`Thread 2, which an earlier run has left\n${UNKNOWN}`);
}

// Starting Node and loading LangChain takes seconds on a busy machine.
describe("the program", () => {
  it("remembers Bob in a second process, in a folder and without a server, until it is told to forget", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "threadmark-demo-"));
    const env = { DEMO_FOLDER: folder.path };
    expectBobIsNew(say(["remember"], env));
    expectBobIsKnown(say(["remember", "--runtime", "langgraph"], env));
    expectBobIsNew(say(["remember", "--reset"], env));
  });

  it("plays all scenes, and remembers nothing with --saver memory", () => {
    const output = say(["--saver", "memory"]);
    expectBobIsNew(output);
    expect(output.match(/^\d {2}.*$/gm)).toEqual([
      "1  A thread is remembered",
      "2  A process is killed",
      "3  A thread has branches",
      "4  Values come back",
      "5  A long chat stays small",
    ]);
    expect(output).toMatch(/200 turns {3}here +\d\.\d\d MB {3}LangGraph.js's MemorySaver +\d+\.\d\d MB\n/);
    expectBobIsNew(say(["--saver", "memory", "remember"]));
  });

  it("kills a process and continues in another one", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "threadmark-demo-"));
    await putPGlite(folder.path);
    const output = say(["kill"], { DEMO_FOLDER: folder.path });
    expect(output).toMatch(
      /process (\d+) charges\n.*\n.*process \1 is killed[^]*paid in process \1\n {2}charged once/,
    );
  });

  it("is coloured where colours are seen, and not in a pipe or with NO_COLOR", () => {
    const args = ["--saver", "memory", "remember"];
    const colours = "\x1b[";
    expect(say(args, { FORCE_COLOR: "1" })).toContain(colours);
    expect(say(args)).not.toContain(colours);
    expect(say(args, { NO_COLOR: "1" })).not.toContain(colours);
  });

  for (const [saver, variable] of [
    ["postgres", "POSTGRES_URL"],
    ["redis", "REDIS_URL"],
    ["mongodb", "MONGODB_URL"],
  ] as const) {
    for (const server of servers(saver).slice(0, 1)) {
      describe(`with --saver ${saver}`, () => {
        countTests(server);

        it("remembers Bob in a second process, until it is told to forget", () => {
          const env = { [variable]: server.url };
          expectBobIsNew(say(["--saver", saver, "--reset", "remember"], env));
          expectBobIsKnown(say(["--saver", saver, "remember"], env));
          expectBobIsNew(say(["--saver", saver, "--reset", "remember"], env));
        });
      });
    }

    it(`asks for ${variable} with --saver ${saver}`, () => {
      expect(complain(["--saver", saver, "remember"], { [variable]: "" })).toContain(
        `Set ${variable} to the URL`,
      );
    });
  }

  it("says why it cannot use a server", () => {
    const stderr = complain(["--saver", "postgres", "remember"], {
      POSTGRES_URL: "postgres://127.0.0.1:1/x",
    });
    expect(stderr).toContain("--saver postgres cannot be used. connect ECONNREFUSED 127.0.0.1:1");
  });

  it.each([
    [["--sever", "memory"], "--sever"],
    [["--saver", "paper"], '"paper"'],
    [["--runtime", "paper"], '"paper"'],
    [["paper"], '"paper"'],
  ])("refuses %j, and says what it knows", (args, about) => {
    const stderr = complain(args);
    expect(stderr).toContain(about);
    expect(stderr).toContain("Usage:");
  });

  it("shows its options on --help", () => {
    expect(say(["--help"])).toContain("--reset");
  });

  it("says what to install for a model whose package is missing", () => {
    const stderr = complain(["--saver", "memory"], { MODEL: "cerebras:some-model" });
    expect(stderr).toContain("MODEL=cerebras:some-model cannot be used.");
    expect(stderr).toContain("add -w @langchain/cerebras");
  });

  it("says how to name a model when it does not understand the name", () => {
    expect(complain(["--saver", "memory"], { MODEL: "nonsense" })).toContain("Use provider:model");
  });
});
