import { AssertionError } from "node:assert";
import { Document } from "@langchain/core/documents";
import { AIMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";

import { difference } from "../exact.ts";
import { stored } from "./converting.ts";
import { User } from "./unknown-kinds.ts";

describe("what libraries and hosts make", () => {
  const exact: Record<string, unknown> = {
    "a message that was spread": { ...new AIMessage("x") },
    "a command that was spread": { ...new Command({ update: { a: 1 } }) },
    "URL parameters": new URLSearchParams("a=1&a=2&b=%20"),
    headers: new Headers([
      ["a", "b"],
      ["set-cookie", "x=1"],
      ["set-cookie", "y=2"],
    ]),
    "an error of the host": new DOMException("x", "AbortError"),
    "an error of the host with a cause": new DOMException("x", {
      name: "DataError",
      cause: { a: 1 },
    } as never),
    "an aggregate": new AggregateError([new Error("a")], "m"),
    "a document": new Document({ pageContent: "x", metadata: { a: 1 }, id: "1" }),
    "a document without an id": new Document({ pageContent: "x" }),
  };

  it.each(Object.entries(exact))("is exact, and nothing is reported: %s", async (_name, value) => {
    for (const onUnknown of ["convert", "refuse"] as const) {
      const { result, reports } = await stored({ value, list: [value] }, { onUnknown });
      expect(difference({ value, list: [value] }, result)).toBeUndefined();
      expect(reports).toEqual([]);
    }
  });

  it("is exact in a message that was made out of another one", async () => {
    const value = new AIMessage({ ...new AIMessage("x"), name: "agent" } as never);
    const { result, reports } = await stored([value], { onUnknown: "refuse" });
    const [found] = result as [AIMessage];
    expect(found).toEqual(value);
    expect(Reflect.ownKeys(found.lc_kwargs)).toEqual(Reflect.ownKeys(value.lc_kwargs));
    expect(found.lc_kwargs["additional_kwargs"]).toBe(found.additional_kwargs);
    expect(reports).toEqual([]);
  });

  it("is an AssertionError again", async () => {
    const value = new AssertionError({ actual: 1, expected: { a: 2 }, operator: "==" });
    const { result, reports } = await stored(value, { onUnknown: "refuse" });
    expect(result).toBeInstanceOf(AssertionError);
    expect(result).toEqual(value);
    expect(result).toMatchObject({ ...value, message: value.message, name: value.name, stack: value.stack });
    expect(reports).toEqual([]);
  });

  it.each([() => Buffer.alloc("x" as never), () => new TextDecoder("nope"), () => new URL("nope")])(
    "is the native error that it is for everybody: %s",
    async (fail) => {
      let thrown: unknown;
      try {
        fail();
      } catch (found) {
        thrown = found;
      }
      const { message, code } = thrown as Error & { code: string };
      const { result, reports } = await stored(thrown, { onUnknown: "refuse" });
      expect(result).toMatchObject({ message, code, name: (thrown as Error).name });
      expect(Object.getPrototypeOf(result)).toBe(
        [TypeError, RangeError].find((one) => thrown instanceof one)!.prototype,
      );
      expect(reports).toEqual([]);
    },
  );

  it("has its contents in a message that holds functions and instances", async () => {
    const message = new AIMessage({ content: "x", additional_kwargs: { f: () => 1, user: new User() } });
    Object.assign(message, { call: () => 1 });
    const { result } = await stored([message]);
    const [found] = result as [AIMessage];
    expect(found).toBeInstanceOf(AIMessage);
    expect(found.additional_kwargs).toEqual({ user: { name: "ann" } });
    expect(found).not.toHaveProperty("call");
    expect(found.lc_kwargs["additional_kwargs"]).toBe(found.additional_kwargs);
  });
});
