import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bin, threadmark, type Ended } from "./run-cli.ts";
import { useThreadFolder } from "./thread-folder.ts";

const place = useThreadFolder(["a", "b"]);

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
  const { out } = await threadmark(["threads", place.threads, "--json"], { cwd: import.meta.dirname });
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
    const { code, out } = await onTerminal(answer, "delete", place.threads, "a");
    expect(out).toContain("1 thread in");
    expect(out).toContain("nothing was removed");
    expect(code).toBe(2);
    expect(await listed()).toEqual(["a", "b"]);
  });

  it("ends with Ctrl-C, and leaves everything", async () => {
    const { code, out } = await onTerminal("\u0003", "delete", place.threads, "a");
    expect(out).toContain("stopped; nothing was removed");
    expect(code).toBe(130);
    expect(await listed()).toEqual(["a", "b"]);
  });

  it("answered with yes removes", async () => {
    const { code, out } = await onTerminal("y\r", "delete", place.threads, "a");
    expect(out).toContain("Removed 1 thread.");
    expect(code).toBe(0);
    expect(await listed()).toEqual(["b"]);
  });
});
