// Measures what `@threadmark/workflow` and LangGraph.js add to the calls of the saver, taking turns in one process, and prints
// the least time of each as JSON: the machine's own noise only ever adds.
import * as langgraph from "@langchain/langgraph";
import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import * as threadmark from "@threadmark/workflow";
import type { WorkflowSaver } from "@threadmark/workflow";
import type { OverheadResults } from "./results.ts";
import { answerTo, callsAlone, questionOf, type Message } from "./saver-calls.ts";

const TURNS = 100;
const ROUNDS = 40;
const TASKS = [10, 100, 1000, 10_000];
/** With more, LangGraph.js takes minutes: what a call of a task costs it grows with their number. */
const MOST_TASKS_OF_LANGGRAPH = 1000;

type Turn = (turn: number) => Promise<unknown>;
type Contestant = (saver: WorkflowSaver) => Turn;
type Runtime = Pick<typeof threadmark, "entrypoint" | "task" | "getPreviousState">;

const RUNTIMES = [threadmark, langgraph as unknown as Runtime] as const;
const config = { configurable: { thread_id: "t" } };

function chatOf({ entrypoint, task, getPreviousState }: Runtime): Contestant {
  return (checkpointer) => {
    const callModel = task("callModel", async (messages: Message[]) => answerTo(messages));
    const chat = entrypoint({ name: "chat", checkpointer }, async (question: Message) => {
      const messages: Message[] = [...(getPreviousState<Message[]>() ?? []), question];
      const answer: Message = await callModel(messages);
      return entrypoint.final({ value: answer, save: [...messages, answer] });
    });
    return (turn) => chat.invoke(questionOf(turn), config);
  };
}

/** Milliseconds of processor time of a turn: of the calls alone, and with each runtime. */
async function turnsOn(makeSaver: () => WorkflowSaver): Promise<number[]> {
  const contestants = [callsAlone, ...RUNTIMES.map(chatOf)];
  const best = contestants.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const turn = contestant(makeSaver());
      const spent = await processorTime(async () => {
        for (let number = 0; number < TURNS; number++) await turn(number);
      });
      best[i] = Math.min(best[i]!, spent / TURNS);
    }
  }
  return best;
}

/** Milliseconds of processor time of each of so many tasks in one run, with each runtime. */
async function tasksOf(count: number): Promise<(number | null)[]> {
  const best: (number | null)[] = [];
  for (const [i, { entrypoint, task }] of RUNTIMES.entries()) {
    const rounds = count > 1000 ? 3 : 10;
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds && (i === 0 || count <= MOST_TASKS_OF_LANGGRAPH); round++) {
      const step = task("step", async (n: number) => n);
      const checkpointer = new OfficialMemorySaver();
      const run = entrypoint({ name: "run", checkpointer }, async () => {
        for (let n = 0; n < count; n++) await step(n);
      });
      least = Math.min(least, (await processorTime(() => run.invoke(1, config))) / count);
    }
    best.push(Number.isFinite(least) ? least : null);
  }
  return best;
}

async function processorTime(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc!();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const SAVERS: readonly (readonly [name: string, make: () => WorkflowSaver])[] = [
  ["LangGraph.js's `MemorySaver`", () => new OfficialMemorySaver()],
  ["`@threadmark/memory`", () => new MemorySaver()],
];

const turns = [];
for (const [saver, make] of SAVERS) turns.push({ saver, milliseconds: await turnsOn(make) });
const tasks = [];
for (const count of TASKS) tasks.push({ count, milliseconds: await tasksOf(count) });
console.log(JSON.stringify({ turns, tasks } satisfies Omit<OverheadResults, "machine">));
