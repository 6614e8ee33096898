import { setTimeout } from "node:timers/promises";

/** One message of a conversation. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly id?: string;
}

/** Stands in for a model: it knows a name if it was in the messages, and speaks word by word. */
export async function* scriptedModel(messages: readonly Message[]): AsyncGenerator<string> {
  const names = messages.map(({ content }) => /\bI'm (\w+)/i.exec(content)?.[1]);
  const name = names.findLast((found) => found !== undefined);
  const answer =
    name === undefined
      ? "I don't know your name."
      : `Your name is ${name}. I remember what you say in this thread.`;
  for (const word of answer.split(/(?<= )/)) {
    yield word;
    await setTimeout(20);
  }
}
