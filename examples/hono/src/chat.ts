import { addMessages, entrypoint, task, type Context, type WorkflowSaver } from "@threadmark/workflow";
import { scriptedModel, type Message } from "./model.ts";

const callModel = task(
  { name: "callModel", context: true },
  async ({ tokens }: Context, messages: Message[]): Promise<Message> => {
    let content = "";
    for await (const token of tokens.pipe(scriptedModel(messages))) content += token;
    return { role: "assistant", content };
  },
);

/** A chat that remembers each of its threads. */
export function createChat(checkpointer: WorkflowSaver) {
  return entrypoint(
    { name: "chat", checkpointer },
    async (text: string, { previous = [] }: { previous?: Message[] }) => {
      const messages = addMessages(previous, { role: "user", content: text });
      const answer = await callModel(messages);
      return entrypoint.final({ value: answer.content, save: addMessages(messages, answer) });
    },
  );
}
