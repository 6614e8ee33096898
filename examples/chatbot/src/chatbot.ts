import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import type { CheckpointSaver } from "@threadmark/core";
import { chooseModel, explainFailure } from "./choose-model.ts";
import { chooseSaver } from "./choose-saver.ts";
import { parseOptions, USAGE } from "./options.ts";
import { printCheckpoints, type Print } from "./print.ts";
import { Problem } from "./problem.ts";
import { createChatbot } from "./workflow.ts";

/** Thread and what is said in it; to a thread of an earlier run nobody introduces himself again. */
const SCRIPT: readonly (readonly [thread: string, text: string, first?: boolean])[] = [
  ["1", "hi! I'm bob", true],
  ["1", "what's my name?"],
  ["2", "what's my name?"],
];
const THREADS = [...new Set(SCRIPT.map(([thread]) => thread))];

/** One question and its answer. */
export interface Turn {
  readonly thread: string;
  readonly text: string;
  readonly answer: string;
}

/** Has the conversation that everyone knows, prints it with the checkpoints it left, and returns it. */
export async function converse(
  model: BaseChatModel,
  saver: BaseCheckpointSaver,
  print: Print,
): Promise<Turn[]> {
  const chatbot = createChatbot(model, saver);
  const known = await knownThreads(saver);
  const turns: Turn[] = [];
  for (const [thread, text, first] of SCRIPT) {
    if (first && known.has(thread)) continue;
    if (turns.at(-1)?.thread !== thread) {
      print(`Thread ${thread}${known.has(thread) ? ", which an earlier run has left" : ""}`);
    }
    print(`  you: ${text}`);
    const config = { configurable: { thread_id: thread }, streamMode: "values" as const };
    let answer = "";
    for await (const message of await chatbot.stream([new HumanMessage(text)], config)) {
      answer = message.text;
      print(`  bot: ${answer}`);
    }
    turns.push({ thread, text, answer });
  }
  print("");
  for (const thread of THREADS) await printCheckpoints(saver, thread, print);
  return turns;
}

async function knownThreads(saver: BaseCheckpointSaver): Promise<Set<string>> {
  const known = new Set<string>();
  for (const thread of THREADS) {
    if (await saver.getTuple({ configurable: { thread_id: thread } })) known.add(thread);
  }
  return known;
}

async function main(args: readonly string[]): Promise<void> {
  const { saver: where, reset, help } = parseOptions(args);
  if (help) return console.log(USAGE);
  const name = process.env["MODEL"];
  const model = await chooseModel(name);
  await using saver: CheckpointSaver = await chooseSaver(where);
  if (reset) for (const thread of THREADS) await saver.deleteThread(thread);
  try {
    await converse(model, saver, console.log);
  } catch (error) {
    throw explainFailure(name, error);
  }
  if (saver.capabilities.persistent) console.log(ADVICE);
}

const ADVICE =
  "Run it again: another process goes on with these threads. `npm run demo -- --reset` forgets them.";

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
