import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { Injectable } from "@nestjs/common";
import { PostgresSaver } from "@threadmark/postgres";

/** What is said in a conversation, as clients see it. */
export interface Said {
  readonly role: string;
  readonly text: string;
}

@Injectable()
export class ChatService {
  private readonly graph;

  constructor(saver: PostgresSaver) {
    this.graph = new StateGraph(MessagesAnnotation)
      .addNode("answer", ({ messages }) => ({
        messages: [new AIMessage(answerTo(messages.map(({ text }) => text)))],
      }))
      .addEdge("__start__", "answer")
      .compile({ checkpointer: saver });
  }

  async say(thread: string, text: string): Promise<Said> {
    const { messages } = await this.graph.invoke({ messages: [new HumanMessage(text)] }, configOf(thread));
    return saidIn(messages.at(-1)!);
  }

  async history(thread: string): Promise<Said[]> {
    const { values } = await this.graph.getState(configOf(thread));
    return (values.messages ?? []).map(saidIn);
  }
}

function configOf(thread: string) {
  return { configurable: { thread_id: thread } };
}

function saidIn(message: { getType(): string; text: string }): Said {
  return { role: message.getType(), text: message.text };
}

/** Stands in for a model. */
function answerTo(texts: string[]): string {
  const name = texts.map((text) => /\bI'm (\w+)/i.exec(text)?.[1]).findLast((found) => found !== undefined);
  return name === undefined ? "I don't know your name." : `Your name is ${name}.`;
}
