import { fork, type ChildProcess } from "node:child_process";
import { extname } from "node:path";
import { execArgv } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { clauses, levelOf, type ReportEntry } from "@threadmark/conformance";
import { CommandError } from "../exit-codes.ts";
import type { Job, Message } from "./protocol.ts";

const child = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

/** What happens while the clauses run. */
export interface Watcher {
  loaded(name: string): void;
  ended(entry: ReportEntry): void;
  /** A line that the saver or its driver has printed. */
  printed(line: string): void;
}

/**
 * Runs the clauses of a job in a process. If one of them crashes it, a new process continues with the next clause.
 *
 * @param ids The clauses to run, in order.
 * @throws CommandError when the target gives no harness.
 */
export async function runJob(job: Job, ids: readonly string[], watcher: Watcher): Promise<void> {
  let left = ids;
  while (left.length > 0) {
    const run = await runOnce({ ...job, options: { ...job.options, only: left } }, watcher);
    if (run.done) return;
    const crashed = run.running ?? left[0]!;
    watcher.ended(crashEntry(crashed, run.how));
    if (job.options.bail) return;
    left = left.slice(left.indexOf(crashed) + 1);
  }
}

interface Run {
  readonly done: boolean;
  /** The clause that was running when the process ended. */
  readonly running: string | undefined;
  readonly how: string;
}

function runOnce(job: Job, watcher: Watcher): Promise<Run> {
  return new Promise((resolve, reject) => {
    // What a saver prints is not part of the report, and may hold the URL of its database.
    const process = fork(child, {
      // Clauses store such values on purpose.
      execArgv: [...execArgv, "--disable-warning=THREADMARK_CONVERTED"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
    });
    for (const stream of [process.stdout!, process.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => watcher.printed(line));
    }
    let running: string | undefined;
    let done = false;
    const take = (message: Message): void => {
      if (message.kind === "loaded") watcher.loaded(message.name);
      if (message.kind === "start") running = message.id;
      if (message.kind === "end") {
        running = undefined;
        watcher.ended(message.entry);
      }
      if (message.kind === "done") done = true;
      if (message.kind === "unusable") reject(new CommandError(message.message));
    };
    process.on("message", (message: Message) => {
      try {
        take(message);
      } catch (error) {
        process.kill();
        reject(error);
      }
    });
    process.on("error", reject);
    process.on("close", (code, signal) => resolve({ done, running, how: signal ?? `exit code ${code}` }));
    start(process, job);
  });
}

function start(process: ChildProcess, job: Job): void {
  process.send(job, (error) => {
    // It ended before it could listen; `close` reports that.
    if (error) process.disconnect();
  });
}

function crashEntry(id: string, how: string): ReportEntry {
  const clause = clauses.find((one) => one.id === id);
  return {
    id,
    title: clause?.title ?? id,
    level: levelOf(id),
    status: "failed",
    message: `The process ended with ${how} while this clause ran.\nThe contract: ${clause?.rule}\nWhat to do: Find out what ends the process: a call to exit, an unhandled error, or a crash of a native driver.`,
    duration: 0,
  };
}
