import { AIMessage } from "@langchain/core/messages";
import { Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { expectExact } from "./round-trip.ts";

const serializer = new Serializer();
const refusing = new Serializer({ onUnknown: "refuse" });

const PARTS = ["lc_kwargs", "additional_kwargs", "response_metadata"] as const;

function partOf(key: (typeof PARTS)[number]): (message: object) => object {
  return (message) => (message as AIMessage)[key];
}

describe("the parts of LangChain messages", () => {
  it("have for themselves what LangChain makes for each, also where it was shared", async () => {
    const first = new AIMessage("x");
    const second = new AIMessage("x");
    second.lc_kwargs = first.lc_kwargs;
    second.lc_namespace = first.lc_namespace;
    second.additional_kwargs = first.additional_kwargs;
    const [left, right] = (await serializer.decode(serializer.encode([first, second]))) as [
      typeof first,
      typeof second,
    ];
    expect([left, right]).toEqual([first, second]);
    for (const key of ["lc_kwargs", "lc_namespace", "additional_kwargs"] as const) {
      expect(left[key]).not.toBe(right[key]);
    }
    expect(left.lc_kwargs["additional_kwargs"]).toBe(left.additional_kwargs);
  });

  it("share arguments that hold more than their fields", async () => {
    const first = new AIMessage("x");
    const second = new AIMessage("x");
    first.lc_kwargs = { content: "x", more: { a: 1 } };
    second.lc_kwargs = first.lc_kwargs;
    await expectExact([first, second, first.lc_kwargs["more"]]);
  });

  it("are refused with a symbol as a key, in whichever part", () => {
    for (const part of [(message: object) => message, ...PARTS.map((key) => partOf(key))]) {
      const message = new AIMessage("x");
      Object.assign(part(message), { [Symbol("s")]: 1 });
      expect(() => refusing.encode([message])).toThrow(/the key Symbol\(s\)/);
    }
  });

  it("may hold objects with hidden symbols, as some hosts and libraries make them", async () => {
    const hidden = <T extends object>(value: T): T =>
      Object.defineProperty(value, Symbol("hidden"), { value: 1 });
    const message = new AIMessage({ content: "x", additional_kwargs: hidden({}) });
    message.response_metadata = hidden({});
    Object.assign(message, { when: hidden(new Date(1)), list: hidden([]), given: hidden(message.lc_kwargs) });
    const result = (await serializer.decode(serializer.encode(message))) as typeof message & { when: Date };
    expect(result.when).toEqual(new Date(1));
    expect(result.additional_kwargs).toEqual({});
  });
});
