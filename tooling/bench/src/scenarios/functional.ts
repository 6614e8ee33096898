import type { BaseMessage } from "@langchain/core/messages";
import { entrypoint, getPreviousState, task } from "@langchain/langgraph";
import * as workflow from "@threadmark/workflow";
import type { Place, Saver } from "../place.ts";
import { message } from "./turn.ts";

type Invoke = (question: BaseMessage, thread: string) => Promise<BaseMessage[]>;

/** The same chat as a function with one task, in LangGraph.js or in `@threadmark/workflow`. */
export function chatFunction({ saver, workflows }: Place): (thread: string, turns: number) => Promise<void> {
  const invoke = workflows ? withThreadmark(saver) : withLangGraph(saver);
  return async (thread, turns) => {
    let length = 0;
    for (let turn = 0; turn < turns; turn++) {
      length = (await invoke(message(thread, turn, "human"), thread)).length;
    }
    if (length !== 2 * turns) throw new Error(`${thread} has ${length} messages after ${turns} turns`);
  };
}

function answer({ thread, turn }: { readonly thread: string; readonly turn: number }): Promise<BaseMessage> {
  return Promise.resolve(message(thread, turn, "ai"));
}

function withLangGraph(saver: Saver): Invoke {
  const reply = task("answer", answer);
  const chat = entrypoint(
    { name: "chat", checkpointer: saver },
    async ({ thread, question }: { thread: string; question: BaseMessage }) => {
      const before = getPreviousState<BaseMessage[]>() ?? [];
      return [...before, question, await reply({ thread, turn: before.length / 2 })];
    },
  );
  return async (question, thread) =>
    chat.invoke({ thread, question }, { configurable: { thread_id: thread } });
}

function withThreadmark(saver: Saver): Invoke {
  const reply = workflow.task("answer", answer);
  const chat = workflow.entrypoint(
    { name: "chat", checkpointer: saver as unknown as workflow.WorkflowSaver },
    async ({ thread, question }: { thread: string; question: BaseMessage }): Promise<BaseMessage[]> => {
      const before = workflow.getPreviousState<BaseMessage[]>() ?? [];
      return [...before, question, await reply({ thread, turn: before.length / 2 })];
    },
  );
  return (question, thread) => chat.invoke({ thread, question }, { configurable: { thread_id: thread } });
}
