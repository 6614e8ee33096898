import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { Saver } from "../place.ts";
import { message } from "./turn.ts";

/** A chat as applications have it: a graph of one node, whose state is the messages, invoked once a turn. */
export function chatGraph(saver: Saver): (thread: string, turns: number) => Promise<void> {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", ({ messages }, { configurable }) => ({
      messages: [message(configurable!["thread_id"] as string, (messages.length - 1) / 2, "ai")],
    }))
    .addEdge(START, "answer")
    .addEdge("answer", END)
    .compile({ checkpointer: saver });
  return async (thread, turns) => {
    const config = { configurable: { thread_id: thread } };
    let length = 0;
    for (let turn = 0; turn < turns; turn++) {
      const { messages } = await graph.invoke({ messages: [message(thread, turn, "human")] }, config);
      length = messages.length;
    }
    if (length !== 2 * turns) throw new Error(`${thread} has ${length} messages after ${turns} turns`);
  };
}
