import { addMessages, removeMessage, REMOVE_ALL } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";

describe("addMessages", () => {
  const user = (content: string, id?: string) => ({
    role: "user",
    content,
    ...(id === undefined ? {} : { id }),
  });

  it("appends, replaces and removes by id, and changes neither list", () => {
    const left = [user("a", "1"), user("b", "2")];
    const frozen = JSON.stringify(left);
    expect(addMessages(left, user("c", "3")).map(({ content }) => content)).toEqual(["a", "b", "c"]);
    expect(addMessages(left, [user("B", "2")]).map(({ content }) => content)).toEqual(["a", "B"]);
    expect(addMessages(left, removeMessage("1")).map(({ content }) => content)).toEqual(["b"]);
    expect(
      addMessages(left, [removeMessage(REMOVE_ALL), user("z", "9")]).map(({ content }) => content),
    ).toEqual(["z"]);
    expect(JSON.stringify(left)).toBe(frozen);
  });

  it("gives ids that are the same when it is repeated and differ within a list", () => {
    const once = addMessages([user("a")], [user("a"), user("a"), user("b")]);
    expect(addMessages([user("a")], [user("a"), user("a"), user("b")])).toEqual(once);
    expect(new Set(once.map(({ id }) => id)).size).toBe(4);
    expect(addMessages(once, user("a")).length).toBe(5);
  });

  it("keeps LangChain's messages messages", async () => {
    const { HumanMessage, RemoveMessage } = await import("@langchain/core/messages");
    const [message] = addMessages([], [new HumanMessage("hi")]);
    expect(message).toBeInstanceOf(HumanMessage);
    expect(typeof (message as { id?: string }).id).toBe("string");
    expect(addMessages([message!], [new RemoveMessage({ id: message!.id! }) as never])).toEqual([]);
  });
});
