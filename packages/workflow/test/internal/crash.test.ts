import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { enough } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";

/** Each takes a second or two. */
const CRASHES = enough(2);
const program = fileURLToPath(new URL("../programs/killed.ts", import.meta.url));
const RESULT = "first, a, b, c, yes, outer task inside, workflow in child, last";

interface Note {
  readonly thread: string;
  readonly what: "runs" | "acknowledged" | "ends";
  readonly name: string;
}

function notesIn(journal: string): Note[] {
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Note);
}

/** Tasks that ran after their result was acknowledged. */
function ranAgain(notes: readonly Note[]): Note[] {
  const acknowledged = new Set<string>();
  return notes.filter(({ thread, what, name }) => {
    if (what === "acknowledged") acknowledged.add(`${thread} ${name}`);
    return what === "runs" && acknowledged.has(`${thread} ${name}`);
  });
}

/** Runs the program until it has noted so many things more, and kills it. */
async function killAfter(notes: number, folder: string, journal: string): Promise<void> {
  const before = notesIn(journal).length;
  const child = spawn(process.execPath, [program, folder, journal], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "exit");
  while (notesIn(journal).length < before + notes) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1))]);
    if (child.exitCode !== null) throw new Error(`the program ended by itself: ${errors}`);
  }
  child.kill("SIGKILL");
  await ended;
}

describe("a process that is killed at random points", () => {
  it(`runs no task again whose result it had, and finishes every run (${CRASHES} kills)`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "threadmark-killed-"));
    const journal = join(folder, "journal");
    try {
      for (let i = 0; i < CRASHES; i++)
        await killAfter(1 + Math.floor(Math.random() * 25), join(folder, "db"), journal);
      // One more run comes to its end.
      const threads = new Set(notesIn(journal).map(({ thread }) => thread));
      await killAfter(40, join(folder, "db"), journal);
      const notes = notesIn(journal);
      expect(ranAgain(notes)).toEqual([]);
      for (const thread of threads) {
        const ends = notes.filter((note) => note.thread === thread && note.what === "ends");
        expect(
          ends.map(({ name }) => name),
          `ends of thread ${thread}`,
        ).toContain(RESULT);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
