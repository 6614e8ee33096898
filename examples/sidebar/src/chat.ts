import { addMessages, entrypoint, task, type WorkflowSaver } from "@threadmark/workflow";

/** One message of a conversation. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly id?: string;
}

/** Stands in for a model. */
const callModel = task("callModel", async (messages: Message[]): Promise<Message> => {
  const questions = messages.filter(({ role }) => role === "user").length;
  return { role: "assistant", content: `You have asked ${questions} of me.` };
});

/** Also for a model: a title for what the conversation begins with. */
const callTitleModel = task("callTitleModel", async (text: string): Promise<string> => {
  const words = text.replaceAll(/[^\p{L}\p{N} ]/gu, "").split(" ");
  return words.slice(0, 4).join(" ");
});

/** A chat whose runs resolve to the whole conversation. */
export function createChat(checkpointer: WorkflowSaver) {
  return entrypoint(
    { name: "chat", checkpointer },
    async (text: string, { previous = [] }: { previous?: Message[] }): Promise<Message[]> => {
      const messages = addMessages(previous, { role: "user", content: text });
      return addMessages(messages, await callModel(messages));
    },
  );
}

/** Finds a title for a conversation; it has no thread. */
export const nameConversation = entrypoint("nameConversation", callTitleModel);
