/** What is said in a thread. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
  readonly id?: string;
}

/** Answers a conversation. */
export type Model = (messages: readonly Message[]) => Promise<Message>;

/**
 * A model that needs no key and no network. It follows a few rules and keeps nothing between calls: what it knows, it
 * knows from the messages that it is given.
 */
export const localModel: Model = async (messages) => {
  const said = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  return { role: "assistant", content: answerTo(said) };
};

function answerTo(said: readonly string[]): string {
  const last = said.at(-1) ?? "";
  if (/what(?:'|’| i)s my name/i.test(last)) {
    const name = said.map(nameIn).findLast((found) => found !== undefined);
    return name === undefined ? "I don't know your name. You have not told me." : `Your name is ${name}.`;
  }
  const name = nameIn(last);
  return name === undefined ? `You said: ${last}` : `Hello ${name}! How can I help you today?`;
}

/** The name that someone introduces themselves with. */
function nameIn(text: string): string | undefined {
  const name = /\b(?:i['’]m|i am|my name is)\s+(\p{L}+)/iu.exec(text)?.[1];
  return name && name.charAt(0).toUpperCase() + name.slice(1);
}
