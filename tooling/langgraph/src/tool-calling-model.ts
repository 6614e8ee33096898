import { SimpleChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";

/**
 * A chat model that follows one rule and needs no network: it asks for the sum of every "a + b" that it is
 * told, and repeats what the tool answered.
 */
export class ToolCallingModel extends SimpleChatModel {
  constructor() {
    super({});
  }

  _llmType(): string {
    return "tool-calling";
  }

  /** Agents call this with their tools. The model knows the one tool it calls. */
  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = answer(messages);
    return { generations: [{ text: message.text, message }] };
  }

  async _call(messages: BaseMessage[]): Promise<string> {
    return answer(messages).text;
  }
}

function answer(messages: readonly BaseMessage[]): AIMessage {
  const last = messages.at(-1);
  const id = `ai-${messages.length}`;
  if (last?.getType() === "tool") {
    const asked = messages.filter((message) => message.getType() === "human").length;
    return new AIMessage({ id, content: `It is ${last.text}. You have asked ${asked} times.` });
  }
  const sum = /(\d+) \+ (\d+)/.exec(last?.text ?? "");
  if (sum === null) return new AIMessage({ id, content: "Ask me for a sum." });
  const args = { a: Number(sum[1]), b: Number(sum[2]) };
  return new AIMessage({
    id,
    content: "",
    tool_calls: [{ type: "tool_call", id: `call-${messages.length}`, name: "add", args }],
  });
}
