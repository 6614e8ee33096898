import { HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { Injectable } from "@nestjs/common";
import { PostgresSaver } from "@threadmark/postgres";

@Injectable()
export class Conversations {
  constructor(private readonly saver: PostgresSaver) {}

  async write(thread: string): Promise<string> {
    await this.saver.setup();
    await this.graph().invoke({ messages: [new HumanMessage("hi")] }, configOf(thread));
    return "written";
  }

  async read(thread: string): Promise<string> {
    const { messages } = (await this.graph().getState(configOf(thread))).values;
    return `read ${messages[0] instanceof HumanMessage ? messages[0].text : "something else"}`;
  }

  private graph() {
    return new StateGraph(MessagesAnnotation)
      .addNode("nothing", () => ({}))
      .addEdge("__start__", "nothing")
      .compile({ checkpointer: this.saver });
  }
}

function configOf(thread: string) {
  return { configurable: { thread_id: thread } };
}
