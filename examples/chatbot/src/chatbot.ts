import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { MemorySaver } from "@threadmark/memory";
import { chooseModel, explainFailure } from "./choose-model.ts";
import { parseOptions, USAGE } from "./options.ts";
import { printCheckpoints, type Print } from "./print.ts";
import { Problem } from "./problem.ts";
import { createChatbot } from "./workflow.ts";

/** Thread and what is said in it. */
const SCRIPT: readonly (readonly [thread: string, text: string])[] = [
  ["1", "hi! I'm bob"],
  ["1", "what's my name?"],
  ["2", "what's my name?"],
];

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
  const turns: Turn[] = [];
  for (const [thread, text] of SCRIPT) {
    if (turns.at(-1)?.thread !== thread) print(`Thread ${thread}`);
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
  for (const thread of new Set(turns.map((turn) => turn.thread)))
    await printCheckpoints(saver, thread, print);
  return turns;
}

async function main(args: readonly string[]): Promise<void> {
  const { help } = parseOptions(args);
  if (help) return console.log(USAGE);
  const name = process.env["MODEL"];
  const model = await chooseModel(name);
  await using saver = new MemorySaver();
  try {
    await converse(model, saver, console.log);
  } catch (error) {
    throw explainFailure(name, error);
  }
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
