import { AIMessage, HumanMessage, type BaseMessage } from "@langchain/core/messages";
import type { Saver } from "../place.ts";
import { prose } from "../text.ts";
import { Steps } from "./steps.ts";
import { configOf } from "./thread.ts";

/** Characters of a message. */
export const MESSAGE_LENGTH = 500;

const START_TASK = "cb06934e-97fe-539f-b69a-659d15cc99d0";
export const ANSWER_TASK = "d646ae28-30ca-5316-901c-a30e83a28c85";

const texts = new Map<string, string>();

/** The question or the answer of a turn. No two threads talk about the same. */
export function message(thread: string, turn: number, role: "human" | "ai"): BaseMessage {
  const id = `${role}-${turn}-${thread.slice(-17)}`;
  const fields = { id, content: texts.get(id) ?? contentOf(id) };
  return role === "human" ? new HumanMessage(fields) : new AIMessage(fields);
}

/** Writes the texts before they are wanted, so that inventing them is not measured. */
export function writeTexts(threads: readonly string[], turns: number): void {
  texts.clear();
  for (const thread of threads) {
    for (let turn = 0; turn < turns; turn++) {
      for (const role of ["human", "ai"] as const) {
        const id = `${role}-${turn}-${thread.slice(-17)}`;
        texts.set(id, contentOf(id));
      }
    }
  }
}

function contentOf(id: string): string {
  let seed = 2_166_136_261;
  for (let i = 0; i < id.length; i++) seed = Math.imul(seed ^ id.charCodeAt(i), 16_777_619);
  return prose(seed, MESSAGE_LENGTH);
}

/**
 * One turn of a chat, with the calls that LangGraph.js makes for a graph of one node: getTuple, put of the
 * input, writes of the input, put, writes of the node, put.
 */
export async function playTurn(saver: Saver, thread: string): Promise<void> {
  const tuple = await saver.getTuple(configOf(thread));
  const before = (tuple?.checkpoint.channel_values["messages"] ?? []) as BaseMessage[];
  const question = message(thread, before.length / 2, "human");
  const answer = message(thread, before.length / 2, "ai");
  const asked = [...before, question];
  const branch = "branch:to:answer";

  const steps = new Steps(saver, thread, tuple);
  await steps.put("input", { messages: before, __start__: { messages: [question] } }, ["__start__"]);
  await steps.putWrites(START_TASK, [
    ["messages", [question]],
    [branch, null],
  ]);
  await steps.put("loop", { messages: asked, [branch]: null }, ["__start__", "messages", branch]);
  await steps.putWrites(ANSWER_TASK, [["messages", [answer]]]);
  await steps.put("loop", { messages: [...asked, answer] }, ["messages", branch]);
}

/** Fails unless a thread has all its messages. */
export async function checkTurns(saver: Saver, thread: string, turns: number): Promise<void> {
  const tuple = await saver.getTuple(configOf(thread));
  const messages = tuple?.checkpoint.channel_values["messages"] as unknown[] | undefined;
  if (messages?.length !== 2 * turns) throw new Error(`${thread} does not have ${turns} turns`);
}
