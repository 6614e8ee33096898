import { createRequire } from "node:module";

import { Document } from "@langchain/core/documents";
import * as messages from "@langchain/core/messages";
import { Serializer } from "@threadmark/core";
import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";

import { difference } from "./exact.ts";
import { RandomValues } from "./random-values.ts";
import { expectExact } from "./round-trip.ts";

const {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} = messages;

const serializer = new Serializer();

const usage = {
  input_tokens: 5,
  output_tokens: 7,
  total_tokens: 12,
  input_token_details: { cache_read: 1 },
  output_token_details: { reasoning: 2 },
};
const call = {
  id: "call-1",
  name: "search",
  args: { query: "x", pages: [1, 2] },
  type: "tool_call" as const,
};
const chunk = { id: "call-1", name: "search", args: '{"query":', index: 0, type: "tool_call_chunk" as const };
const common = { id: "id-1", name: "bob", additional_kwargs: { a: 1 }, response_metadata: { model: "m" } };
const picture = { type: "image", mimeType: "image/png", data: new Uint8Array([1, 2, 3]) };

const made: Record<string, () => messages.BaseMessage> = {
  "a human message": () => new HumanMessage("hi"),
  "a human message with everything": () => new HumanMessage({ content: "hi", ...common }),
  "a human message of blocks": () =>
    new HumanMessage({
      content: [{ type: "text", text: "what is this?" }, picture] as messages.MessageContent,
    }),
  "a human message of standard blocks": () =>
    new HumanMessage({ contentBlocks: [{ type: "text", text: "x" }] }),
  "an AI message": () => new AIMessage("hello"),
  "an AI message with everything": () =>
    new AIMessage({
      content: "",
      ...common,
      tool_calls: [call],
      invalid_tool_calls: [{ id: "c", name: "n", args: "{", error: "bad", type: "invalid_tool_call" }],
      usage_metadata: usage as never,
    }),
  "an AI message of standard blocks": () =>
    new AIMessage({ content: [{ type: "text", text: "x" }], response_metadata: { output_version: "v1" } }),
  "an AI message whose calls are in additional_kwargs": () =>
    new AIMessage({
      content: "",
      additional_kwargs: {
        tool_calls: [{ id: "c", type: "function", function: { name: "search", arguments: '{"a":1}' } }],
      },
      tool_calls: [call],
    }),
  "a system message": () => new SystemMessage({ content: "be nice", ...common }),
  "a tool message": () => new ToolMessage({ content: "found", tool_call_id: "call-1", name: "search" }),
  "a tool message with everything": () =>
    new ToolMessage({
      content: "found",
      tool_call_id: "call-1",
      status: "error",
      artifact: new Map([["raw", new Uint8Array([7])]]),
      metadata: { took: 5 },
      ...common,
    }),
  "a function message": () => new FunctionMessage({ content: "x", name: "f" }),
  "a chat message": () => new ChatMessage({ content: "x", role: "critic", ...common }),
  "a remove message": () => new RemoveMessage({ id: "id-9" }),
  "a human chunk": () => new HumanMessageChunk({ content: "hi", ...common }),
  "an AI chunk": () => new AIMessageChunk({ content: "hel", ...common, usage_metadata: usage as never }),
  "an AI chunk with calls in pieces": () =>
    new AIMessageChunk({
      content: "",
      tool_call_chunks: [chunk, { args: '"x"}', index: 0, type: "tool_call_chunk" }],
    }),
  "a system chunk": () => new SystemMessageChunk({ content: "x" }),
  "a tool chunk": () => new ToolMessageChunk({ content: "x", tool_call_id: "c", status: "success" }),
  "a function chunk": () => new FunctionMessageChunk({ content: "x", name: "f" }),
  "a chat chunk": () => new ChatMessageChunk({ content: "x", role: "r" }),
};

/** Values that JSON would lose, in every place of a message that takes any. */
function rich(): unknown {
  return {
    when: new Date(5),
    map: new Map<unknown, unknown>([[1n, new Set(["a"])]]),
    bytes: new Uint8Array([1]),
    none: undefined,
    looks: { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"], kwargs: {} },
  };
}

describe("LangChain messages", () => {
  const rows = Object.entries(made);

  it.each(rows)("come back as what they were: %s", async (_name, make) => {
    const message = make();
    const result = await expectExactButGetters(message);
    expect(result).toBeInstanceOf(message.constructor);
    expect(result).toEqual(message);
    expect(message).toEqual(result);
    expect(result.getType()).toBe(message.getType());
    expect(result.type).toBe(message.type);
    expect(result.lc_kwargs).toEqual(message.lc_kwargs);
    expect(result.toDict()).toEqual(message.toDict());
    expect(JSON.stringify(result)).toBe(JSON.stringify(message));
    expect(result.text).toBe(message.text);
    expect(messages.HumanMessage.isInstance(result)).toBe(messages.HumanMessage.isInstance(message));
  });

  it.each(rows)("keep what is nested in them: %s", async (_name, make) => {
    const message = make();
    message.additional_kwargs = { deep: [rich()] };
    message.response_metadata = { map: new Map([["rich", rich()]]) };
    message.content = [{ type: "custom", data: rich() }];
    const result = await expectExactButGetters(message);
    expect(result).toEqual(message);
  });

  it.each(rows)("keep what is shared and circular: %s", async (_name, make) => {
    const message = make();
    message.additional_kwargs["self"] = message;
    message.additional_kwargs["given"] = message.lc_kwargs;
    message.response_metadata["namespace"] = message.lc_namespace;
    const other = make();
    other.additional_kwargs = message.additional_kwargs;
    other.lc_kwargs = message.lc_kwargs;
    other.lc_namespace = message.lc_namespace;
    await expectExactButGetters({ list: [message, other, message], key: new Map([[message, other]]) });
  });

  it.each(rows)("may lie between an object and a reference to it: %s", async (_name, make) => {
    const shared = { a: 1 };
    await expectExactButGetters([shared, make(), shared]);
  });

  it("can be used as before: chunks concatenate", async () => {
    const first = new AIMessageChunk({ content: "a", id: "x", tool_call_chunks: [chunk] });
    const second = new AIMessageChunk({
      content: "b",
      tool_call_chunks: [{ args: '"x"}', index: 0, type: "tool_call_chunk" }],
    });
    const expected = first.concat(second);
    const decoded = (await serializer.decode(serializer.encode([first, second]))) as [
      AIMessageChunkOf,
      AIMessageChunkOf,
    ];
    const joined = decoded[0].concat(decoded[1]);
    expect(joined).toBeInstanceOf(AIMessageChunk);
    expect(joined).toEqual(expected);
    expect(joined.tool_calls).toEqual([
      { id: "call-1", name: "search", args: { query: "x" }, type: "tool_call" },
    ]);
  });

  it("keep changes that were made after they were constructed", async () => {
    const message = new AIMessage({ content: "x", id: "1" });
    message.content = "changed";
    message.tool_calls = [call];
    message._updateId("2");
    Object.assign(message, { note: new Date(1) });
    await expectExact(message);
    message.lc_kwargs = { ...message.lc_kwargs, content: "other", extra: [new Date(2)] };
    await expectExact(message);
    message.lc_namespace = ["langchain", "schema"];
    await expectExact(message);
    message.lc_kwargs = Object.assign(Object.create(null) as object, { content: "x" });
    await expectExact(message);
    message.lc_kwargs = JSON.parse('{"__proto__":{"x":1},"content":"x"}') as object;
    await expectExact(message);
    Object.assign(message, { lc_kwargs: null, lc_namespace: undefined });
    await expectExact(message);
    Object.assign(message, { lc_kwargs: [1], lc_namespace: "x", content: null });
    await expectExact(message);
  });

  it("store the text of a message once", () => {
    const text = "a text that is long enough to be counted, ".repeat(20);
    expect(serializer.encode(new HumanMessage(text)).length).toBeLessThan(text.length + 250);
  });

  it("of the CommonJS build come back as what `import` gives", async () => {
    const cjs = createRequire(import.meta.url)("@langchain/core/messages") as typeof messages;
    const message = new cjs.AIMessage({ content: "x", tool_calls: [call] });
    expect(message.constructor).not.toBe(AIMessage);
    const result = (await serializer.decode(serializer.encode([message]))) as [messages.AIMessage];
    expect(Object.getPrototypeOf(result[0])).toBe(AIMessage.prototype);
    expect(result[0]).toEqual(new AIMessage({ content: "x", tool_calls: [call] }));
    expect(cjs.AIMessage.isInstance(result[0])).toBe(true);
  });

  it("come back exactly with anything random in them", async () => {
    const makers = Object.values(made);
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(makers.length - 1), async (seed, index) => {
        const random = new RandomValues(seed, 25);
        const message = makers[index]!();
        message.additional_kwargs = { any: random.value(), self: message };
        message.response_metadata = { any: random.value() };
        message.lc_kwargs = { ...message.lc_kwargs, any: random.value() };
        const whole = [random.value(), message, random.value()];
        const result = await serializer.decode(serializer.encode(whole));
        expect(difference(withoutGetters(whole), result, "messages")).toBeUndefined();
      }),
      rounds(300),
    );
  });
});

describe("LangChain documents", () => {
  it("come back as documents with what is nested in them", async () => {
    const metadata = { source: "a.pdf", when: new Date(1), vector: new Float32Array([1, 2]) };
    const document = new Document({ pageContent: "text", metadata, id: "1" });
    const result = await expectExact([document, document, new Document({ pageContent: "" })]);
    expect(result[0]).toBeInstanceOf(Document);
  });
});

type AIMessageChunkOf = messages.AIMessageChunk;

/** Chunks compute their tool calls in own getters, which come back as values. */
function withoutGetters<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== "object" || value === null || seen.has(value)) return value;
  seen.add(value);
  for (const [key, field] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (field.get !== undefined && field.enumerable === true) {
      Object.defineProperty(value, key, { value: field.get.call(value), enumerable: true, writable: true });
    } else if (!ArrayBuffer.isView(value)) {
      withoutGetters(field.value, seen);
    }
  }
  return value;
}

async function expectExactButGetters<T>(value: T): Promise<T> {
  const bytes = serializer.encode(value);
  const result = await serializer.decode(bytes);
  expect(difference(withoutGetters(value), result, "messages")).toBeUndefined();
  return result as T;
}
