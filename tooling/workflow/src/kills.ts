import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { enough, tell } from "@threadmark/random-tests";
import { countTests, firstServer, nameOf } from "@threadmark/services";
import { putPGlite } from "@threadmark/services/pglite";
import { describe, expect, it } from "vitest";
import { clear, type Place, type SaverName } from "./open-saver.ts";

/** Each takes a second or two. */
const KILLS = enough(2);
/** Notes of one thread, from its beginning to its end, if nothing happens. */
const NOTES = 17;
const RESULT = "first, a, b, c, yes, outer task inside, workflow in child, last";
const program = fileURLToPath(new URL("killed.ts", import.meta.url));

interface Note {
  readonly thread: string;
  readonly what: "runs" | "acknowledged" | "ends";
  readonly name: string;
}

/** Kills a process repeatedly, and checks what really happened. */
export function killsOn(saver: SaverName): void {
  // Only to end a test that hangs.
  const timeout = 60_000 * (KILLS + 5);
  describe(`a process on ${saver} that is killed at random points`, { timeout }, () => {
    const server = saver === "pglite" ? { kind: "pglite", version: "", url: "" } : firstServer(saver);
    countTests(server);

    it(`runs no task again whose result it had, and finishes every run (${KILLS} kills)`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "threadmark-killed-"));
      const journal = join(folder, "journal");
      const name = `killed_${process.pid}_${Date.now()}`;
      const place: Place = { saver, name, url: saver === "pglite" ? join(folder, "db") : server.url };
      try {
        if (saver === "pglite") await putPGlite(place.url);
        for (let i = 0; i < KILLS; i++) {
          await killAfter(1 + Math.floor(Math.random() * NOTES), Math.random() * 3, place, journal);
        }
        const left = notesIn(journal).at(-1)!.thread;
        // What was left is finished, and so is one more run.
        await killAfter(2 * NOTES, 0, place, journal);
        const notes = notesIn(journal);
        tell(`${nameOf(server)}, killed`, {
          kills: KILLS,
          threads: Number(left),
          "acknowledged results": notes.filter(({ what }) => what === "acknowledged").length,
          "tasks that were cut off and run again": cutOff(notes),
        });
        expect(ranAgain(notes)).toEqual([]);
        for (let thread = 1; thread <= Number(left); thread++) {
          const ends = notes.filter((note) => note.thread === String(thread) && note.what === "ends");
          expect(new Set(ends.map((end) => end.name)), `ends of thread ${thread}`).toEqual(new Set([RESULT]));
        }
      } finally {
        await clear(place);
        await rm(folder, { recursive: true });
      }
    });
  });
}

/** Runs the program until it has noted so many things, and kills it a moment later. */
async function killAfter(notes: number, moment: number, place: Place, journal: string): Promise<void> {
  const args = [program, JSON.stringify(place), journal];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  let noted = 0;
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close");
  const enoughNoted = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      noted += chunk.length;
      if (noted >= notes) resolve();
    });
  });
  await Promise.race([ended, enoughNoted]);
  await new Promise((resolve) => setTimeout(resolve, moment));
  if (child.exitCode !== null) throw new Error(`the program ended by itself: ${errors}`);
  child.kill("SIGKILL");
  await ended;
}

function notesIn(journal: string): Note[] {
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

/** How often a task ran again because its process died before its result was stored. */
function cutOff(notes: readonly Note[]): number {
  const runs = notes.filter(({ what }) => what === "runs");
  return runs.length - new Set(runs.map(({ thread, name }) => `${thread} ${name}`)).size;
}
