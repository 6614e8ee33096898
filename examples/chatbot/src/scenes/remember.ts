import type { CheckpointTuple, CheckpointSaver } from "@threadmark/core";
import type { Message } from "../model.ts";
import { botSays, paint, youSay, type Screen } from "../screen.ts";
import { createChatbot } from "../workflow.ts";
import type { StageWithSaver } from "./scene.ts";

/** Thread and what is said in it; in a thread of an earlier run, nobody introduces themselves again. */
const SCRIPT: readonly (readonly [thread: string, text: string, first?: boolean])[] = [
  ["1", "hi! I'm bob", true],
  ["1", "what's my name?"],
  ["2", "what's my name?"],
];

export const CHAT_THREADS = ["1", "2"];

/** One question and its answer. */
export interface Turn {
  readonly thread: string;
  readonly text: string;
  readonly answer: string;
}

/** Runs the well-known conversation, prints it with what is stored of it, and returns it. */
export async function remember({ runtime, model, saver, screen }: StageWithSaver): Promise<Turn[]> {
  const chatbot = createChatbot(runtime, model, saver);
  const known = await knownThreads(saver);
  const turns: Turn[] = [];
  for (const [thread, text, first] of SCRIPT) {
    if (first && known.has(thread)) continue;
    if (turns.at(-1)?.thread !== thread) {
      const left = known.has(thread) ? ", which an earlier run has left" : "";
      screen.print(`${paint("bold", `Thread ${thread}`)}${left}`);
    }
    screen.print(youSay(text));
    const config = { configurable: { thread_id: thread }, streamMode: "values" as const };
    let answer = "";
    // LangGraph.js's stream has to be waited for; to wait for ours changes nothing.
    // oxlint-disable-next-line typescript/await-thenable
    for await (const message of (await chatbot.stream(
      [{ role: "user", content: text }],
      config,
    )) as AsyncIterable<Message>) {
      answer = message.content;
      screen.print(botSays(answer));
    }
    turns.push({ thread, text, answer });
  }
  for (const thread of CHAT_THREADS) await printCheckpoints(saver, thread, screen);
  return turns;
}

async function knownThreads(saver: CheckpointSaver): Promise<Set<string>> {
  const known = new Set<string>();
  for (const thread of CHAT_THREADS) {
    if (await saver.getTuple({ configurable: { thread_id: thread } })) known.add(thread);
  }
  return known;
}

/** Prints every checkpoint of a thread, the newest first. */
async function printCheckpoints(saver: CheckpointSaver, thread: string, screen: Screen): Promise<void> {
  screen.print(paint("dim", `Stored of thread ${thread}, newest first`));
  for await (const tuple of saver.list({ configurable: { thread_id: thread } })) {
    screen.print(paint("dim", `  ${describeCheckpoint(tuple)}`));
  }
}

function describeCheckpoint({ checkpoint, metadata, pendingWrites = [] }: CheckpointTuple): string {
  const { __previous__: saved = [], __start__: input } = checkpoint.channel_values as {
    __previous__?: Message[];
    __start__?: Message[];
  };
  const parts = [`${saved.length} messages saved`];
  if (input) parts.push(`input "${input.map(({ content }) => content).join()}"`);
  const tasks = new Set(pendingWrites.map(([task]) => task)).size;
  if (tasks > 0) parts.push(`results of ${tasks} tasks`);
  return `checkpoint ${checkpoint.id}, step ${metadata?.step}, made by ${metadata?.source}: ${parts.join(", ")}`;
}
