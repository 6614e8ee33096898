import { setTimeout } from "node:timers/promises";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import { SimpleChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";

/** Stands in for a chat model: it knows a name if it was in the messages, and speaks word by word. */
export class ScriptedModel extends SimpleChatModel {
  constructor() {
    super({});
  }

  override _llmType(): string {
    return "scripted";
  }

  override async _call(messages: BaseMessage[]): Promise<string> {
    const names = messages.map(({ text }) => /\bI'm (\w+)/i.exec(text)?.[1]);
    const name = names.findLast((found) => found !== undefined);
    return name === undefined ? "I don't know your name." : `Your name is ${name}.`;
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    for (const text of (await this._call(messages)).split(/(?<= )/)) {
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk(text) });
      await runManager?.handleLLMNewToken(text);
      await setTimeout(20);
    }
  }
}
