import { addMessages, type WorkflowSaver } from "@threadmark/workflow";
import type { Message, Model } from "./model.ts";
import type { Runtime } from "./runtime.ts";

/** A chatbot that answers with the whole conversation of its thread in mind. */
export function createChatbot(
  { entrypoint, getPreviousState, task }: Runtime,
  model: Model,
  checkpointer: WorkflowSaver,
) {
  const callModel = task("callModel", async (messages: Message[]) => model(messages));

  return entrypoint({ name: "chatbot", checkpointer }, async (input: Message[]) => {
    const messages = addMessages(getPreviousState<Message[]>() ?? [], input);
    const answer = await callModel(messages);
    return entrypoint.final({ value: answer, save: addMessages(messages, answer) });
  });
}
