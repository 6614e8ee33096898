import type { CheckpointConfig } from "@threadmark/core";
import { botSays, paint, youSay } from "../screen.ts";
import { createChatbot } from "../workflow.ts";
import { drawTree, turnsOf } from "../tree.ts";
import type { StageWithSaver } from "./scene.ts";

export const BRANCHED_THREAD = "branches";

/** Lets a thread go two ways, and draws both. */
export async function branch({ runtime, model, saver, screen }: StageWithSaver): Promise<void> {
  const chatbot = createChatbot(runtime, model, saver);
  const thread = { configurable: { thread_id: BRANCHED_THREAD } };
  /** Says something where the config points, and returns where that has led to. */
  const say = async (text: string, config: CheckpointConfig): Promise<CheckpointConfig> => {
    screen.print(youSay(text));
    const { content } = await chatbot.invoke([{ role: "user", content: text }], config);
    screen.print(botSays(content));
    return (await chatbot.getState(thread)).config;
  };
  if (await saver.getTuple(thread)) screen.print(paint("bold", "The tree that an earlier run has left"));
  else {
    const fork = await say("hi! I'm bob", thread);
    const bob = await say("what's my name?", fork);
    screen.print(paint("bold", "Back to the first answer, and another way from there"));
    const alice = await say("no, I'm alice", fork);
    await say("what's my name?", alice);
    screen.print(paint("bold", "And the first way knows nothing of it"));
    await say("what's my name?", bob);
    screen.print("");
  }
  for (const line of drawTree(await turnsOf(saver, BRANCHED_THREAD))) screen.print(`  ${line}`);
}
