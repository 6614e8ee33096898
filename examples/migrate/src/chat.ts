import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { Command, END, interrupt, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** A chat that remembers names, and asks before it books anything. */
export function chatOn(checkpointer: BaseCheckpointSaver) {
  return new StateGraph(MessagesAnnotation)
    .addNode("answer", ({ messages }) => ({
      messages: [new AIMessage(answerTo(messages.map(({ text }) => text)))],
    }))
    .addNode("book", () => {
      const yes = interrupt<string, string>("Shall I book the flight?") === "yes";
      return { messages: [new AIMessage(yes ? "It is booked." : "I have left it.")] };
    })
    .addConditionalEdges(START, ({ messages }) =>
      messages.at(-1)?.text.includes("book") ? "book" : "answer",
    )
    .addEdge("answer", END)
    .addEdge("book", END)
    .compile({ checkpointer });
}

function answerTo(texts: readonly string[]): string {
  const name = texts.map((text) => /I am (\w+)/.exec(text)?.[1]).findLast((found) => found !== undefined);
  return name === undefined ? "I do not know your name." : `Your name is ${name}.`;
}

const thread = { configurable: { thread_id: "1" } };

/** Says something and prints what comes back. */
export async function say(chat: ReturnType<typeof chatOn>, text: string): Promise<void> {
  print("you", text);
  show(await chat.invoke({ messages: [new HumanMessage(text)] }, thread));
}

/** Answers the question that the conversation waits for. */
export async function reply(chat: ReturnType<typeof chatOn>, answer: string): Promise<void> {
  const { tasks } = await chat.getState(thread);
  print("bot", String(tasks[0]?.interrupts[0]?.value));
  print("you", answer);
  show(await chat.invoke(new Command({ resume: answer }), thread));
}

function show(state: { messages: { text: string }[]; __interrupt__?: unknown }): void {
  if (state.__interrupt__ === undefined) print("bot", state.messages.at(-1)?.text ?? "");
}

function print(who: string, text: string): void {
  console.log(`${who}: ${text}`);
}
