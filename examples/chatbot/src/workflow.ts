import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseMessage } from "@langchain/core/messages";
import {
  addMessages,
  entrypoint,
  getPreviousState,
  task,
  type BaseCheckpointSaver,
} from "@langchain/langgraph";

/** A chatbot that answers with the whole conversation of its thread in mind. */
export function createChatbot(model: BaseChatModel, checkpointer: BaseCheckpointSaver) {
  const callModel = task("callModel", async (messages: BaseMessage[]) => model.invoke(messages));

  return entrypoint({ name: "chatbot", checkpointer }, async (input: BaseMessage[]) => {
    const previous = getPreviousState<BaseMessage[]>() ?? [];
    const conversation = addMessages(previous, input);
    const answer: BaseMessage = await callModel(conversation);
    return entrypoint.final({ value: answer, save: addMessages(conversation, answer) });
  });
}
