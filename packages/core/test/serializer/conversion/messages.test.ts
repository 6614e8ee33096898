import { AIMessage, BaseMessage, ChatMessage, type MessageType } from "@langchain/core/messages";
import { expect, test } from "vitest";
import { Serializer } from "@threadmark/core";

const serializer = new Serializer({ onConverted: () => undefined });
const throughBytes = async (value: unknown): Promise<unknown> => serializer.decode(serializer.encode(value));

class Answer extends BaseMessage {
  readonly type = "ai" as const;
}

class Note extends BaseMessage {
  readonly type: MessageType = "note";
  static override lc_name(): string {
    return "Note";
  }
}

test("a message of a class directly below BaseMessage comes back as the class for its type", async () => {
  const message = new Answer({ content: "yes", id: "1", additional_kwargs: { when: new Date(0) } });
  const back = await throughBytes([message]);
  const [found] = back as [AIMessage];
  expect(found).toBeInstanceOf(AIMessage);
  expect(found.getType()).toBe("ai");
  expect(found).toMatchObject({ content: "yes", id: "1", additional_kwargs: { when: new Date(0) } });
});

test("a message of a type that LangChain has no class for comes back as a ChatMessage", async () => {
  const found = await throughBytes(new Note("remember"));
  expect(found).toBeInstanceOf(ChatMessage);
  expect(found).toMatchObject({ content: "remember", role: "note", type: "generic" });
});
