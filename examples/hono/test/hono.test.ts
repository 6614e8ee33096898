import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { putPGlite } from "@threadmark/services/pglite";
import { describe, expect, it } from "vitest";
import { startProgram } from "../../../tooling/program.ts";

const KNOWN = "Your name is Bob. I remember what you say in this thread.";
const here = new URL("../", import.meta.url);
const node = [process.execPath, "src/node.ts"] as const;
const bun = [
  fileURLToPath(new URL("node_modules/.bin/bun", here)),
  "--conditions=@threadmark/source",
  "src/bun.ts",
] as const;

describe("the chat", () => {
  it("streams its answers on Node, and remembers a thread when it is started again, on Bun", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "threadmark-hono-"));
    await putPGlite(join(folder.path, "threads"));
    const env = { FOLDER: join(folder.path, "threads") };
    await using first = await startProgram(here, node, env);
    const greeting = await partsOf(await first.ask("POST", "/threads/1", "Hi, I'm Bob."));
    expect(greeting.join("")).toBe(KNOWN);
    expect(greeting.length).toBeGreaterThan(1);
    const other = await first.ask("POST", "/threads/2", "What's my name?");
    expect(await other.text()).toBe("I don't know your name.");
    await first.stop();

    await using second = await startProgram(here, bun, env);
    const answer = await partsOf(await second.ask("POST", "/threads/1", "What's my name?"));
    expect(answer.join("")).toBe(KNOWN);
    expect(answer.length).toBeGreaterThan(1);
    await second.stop();
  });
});

/** The body, in the parts in which it came. */
async function partsOf({ body }: Response): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of body!.pipeThrough(new TextDecoderStream())) parts.push(part);
  return parts;
}
