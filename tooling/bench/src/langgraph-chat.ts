import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { Saver } from "./contestant.ts";
import { turn } from "./conversation.ts";

/** A chat as applications have it: a graph of one node, whose state is the messages, invoked once a turn. */
export async function converse(saver: Saver, thread: string, turns: number): Promise<void> {
  let now = 0;
  const answer = () => {
    const [, { id, content }] = turn(now);
    return { messages: [new AIMessage({ id, content })] };
  };
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", answer)
    .addEdge(START, "answer")
    .addEdge("answer", END)
    .compile({ checkpointer: saver });
  for (now = 1; now <= turns; now++) {
    const [{ id, content }] = turn(now);
    const question = new HumanMessage({ id, content });
    await graph.invoke({ messages: [question] }, { configurable: { thread_id: thread } });
  }
}
