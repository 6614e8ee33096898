// Runs threads one after the other until it is killed, and first finishes what was left of the last one. Arguments: the
// place of the threads, and the file for what really happened. A line on stdout says that something has.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { Command, entrypoint, interrupt, isInterrupted, task } from "@threadmark/workflow";
import { openSaver, type Place } from "./open-saver.ts";

const [place, journal] = process.argv.slice(2) as [string, string];
const saver = await openSaver(JSON.parse(place) as Place);

let thread = "";
function note(what: string, name: string): void {
  appendFileSync(journal, `${JSON.stringify({ thread, what, name })}\n`);
  process.stdout.write("\n");
}
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4));

const work = task("work", async (name: string) => {
  note("runs", name);
  await pause();
  return name;
});
const outer = task("outer", async (name: string) => `outer ${await acknowledged(`${name} inside`)}`);
const child = entrypoint("child", async (name: string) => acknowledged(`${name} in child`));

async function acknowledged(name: string): Promise<string> {
  const result = await work(name);
  note("acknowledged", name);
  return result;
}

const workflow = entrypoint({ name: "killed", checkpointer: saver }, async () => {
  const first = await acknowledged("first");
  const several = await Promise.all(["a", "b", "c"].map(acknowledged));
  const answer = interrupt<string>("go on?");
  const nested = [await outer("task"), await child.invoke("workflow")];
  return [first, ...several, answer, ...nested, await acknowledged("last")].join(", ");
});

/** How far the processes before this one have come. */
function begun(): number {
  if (!existsSync(journal)) return 1;
  const threads = readFileSync(journal, "utf8").matchAll(/"thread":"(\d+)"/g);
  return Math.max(1, ...[...threads].map(([, number]) => Number(number)));
}

for (let number = begun(); ; number++) {
  thread = String(number);
  // The process before this one may have died as the owner of the thread.
  const config = { configurable: { thread_id: thread }, concurrency: "wait" as const, lease: 100 };
  const stored = await saver.getTuple(config);
  let result: unknown = await workflow.invoke(stored ? null : "begin", config);
  if (isInterrupted(result)) result = await workflow.invoke(new Command({ resume: "yes" }), config);
  note("ends", String(result));
}
