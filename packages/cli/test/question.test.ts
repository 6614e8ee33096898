import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresSaver } from "@threadmark/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bin, threadmark, type Ended } from "./run-cli.ts";

let folder: string;
let threads: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "threadmark-cli-"));
  threads = join(folder, "threads");
  await using saver = PostgresSaver.fromFolder(threads);
  for (const thread_id of ["a", "b"]) {
    const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
    const metadata = { source: "input" as const, step: -1, parents: {} };
    await saver.put({ configurable: { thread_id, checkpoint_ns: "" } }, checkpoint, metadata, {});
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Text for a shell, as one word. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Runs the command on a terminal, which `script` of util-linux makes, and types when it has asked. */
function onTerminal(answer: string, ...args: string[]): Promise<Pick<Ended, "code" | "out">> {
  const command = [process.execPath, bin, ...args].map(quoted).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: import.meta.dirname,
    env: { ...process.env, SHELL: "/bin/sh" },
  });
  let out = "";
  let hasAnswered = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (hasAnswered || !out.includes("[y/N]")) return;
    hasAnswered = true;
    child.stdin.write(answer);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out }));
  });
}

async function listed(): Promise<string[]> {
  const { out } = await threadmark(["threads", threads, "--json"], { cwd: import.meta.dirname });
  return (JSON.parse(out) as { threadId: string }[]).map(({ threadId }) => threadId).toSorted();
}

// `script` of other systems takes other arguments.
describe.runIf(process.platform === "linux")("the question before something is removed", () => {
  it.each([
    ["no", "n\r"],
    ["nothing", "\r"],
    ["anything else", "yep\r"],
    ["the end of the input", "\u0004"],
  ])("answered with %s leaves everything", async (_, answer) => {
    const { code, out } = await onTerminal(answer, "delete", threads, "a");
    expect(out).toContain("1 thread in");
    expect(out).toContain("nothing was removed");
    expect(code).toBe(2);
    expect(await listed()).toEqual(["a", "b"]);
  });

  it("ends with ctrl-C, and leaves everything", async () => {
    const { code, out } = await onTerminal("\u0003", "delete", threads, "a");
    expect(out).toContain("stopped; nothing was removed");
    expect(code).toBe(130);
    expect(await listed()).toEqual(["a", "b"]);
  });

  it("answered with yes removes", async () => {
    const { code, out } = await onTerminal("y\r", "delete", threads, "a");
    expect(out).toContain("Removed 1 thread.");
    expect(code).toBe(0);
    expect(await listed()).toEqual(["b"]);
  });
});
