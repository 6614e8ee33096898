import { deepStrictEqual, ok } from "node:assert/strict";
import { Document } from "@langchain/core/documents";
import { AIMessage, AIMessageChunk, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { Decimal } from "decimal.js";
import { z } from "zod";
import { equals } from "../checks.ts";
import type { Kind } from "../kinds.ts";

class User {
  readonly name = "ann";
}

/** The types of messages are stricter than their constructors. */
function fields(given: object): string {
  return given as unknown as string;
}

type Messages = [
  { response_metadata: Record<string, unknown>; additional_kwargs: unknown; artifact: unknown },
];

export const langChainKinds: readonly Kind[] = [
  {
    name: "a message with usage and images",
    make: () => [
      new AIMessage(
        fields({
          content: [
            { type: "text", text: "hi" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
          usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
          response_metadata: { when: new Date(0) },
        }),
      ),
    ],
    becomes: "exact",
  },
  {
    name: "a message with `Headers` in its metadata",
    make: () => [new AIMessage({ content: "x", response_metadata: { headers: new Headers({ a: "b" }) } })],
    becomes: "exact",
    check: ([message]: Messages) => equals("b")((message.response_metadata["headers"] as Headers).get("a")),
  },
  {
    name: "a chunk of a message",
    make: () => [
      new AIMessageChunk({
        content: "x",
        tool_call_chunks: [{ name: "t", args: "{}", id: "1", index: 0, type: "tool_call_chunk" }],
      }),
    ],
    becomes: "exact",
  },
  {
    name: "`new AIMessage({ ...message, name })`",
    make: () => [new AIMessage(fields({ ...new AIMessage("hi"), name: "agent" }))],
    becomes: "exact",
  },
  { name: "`{ ...message }`", make: () => [{ ...new AIMessage("hi") }], becomes: "exact" },
  {
    name: "a function in `additional_kwargs`",
    make: () => [new AIMessage({ content: "x", additional_kwargs: { parsed: { a: 1 }, cb: () => 1 } })],
    becomes: "the message without the function",
    check: ([message]: Messages) => equals({ parsed: { a: 1 } })(message.additional_kwargs),
  },
  {
    name: "an instance in `additional_kwargs`",
    make: () => [new AIMessage({ content: "x", additional_kwargs: { u: new User() } })],
    becomes: "the message with a plain object",
    check: ([message]: Messages) => equals({ u: { name: "ann" } })(message.additional_kwargs),
  },
  {
    name: "an instance and a Blob in a tool's artifact",
    make: () => [
      new ToolMessage({
        content: "x",
        tool_call_id: "1",
        artifact: { user: new User(), file: new Blob(["x"]) },
      }),
    ],
    becomes: "the message with a plain object and `{}`",
    check: ([message]: Messages) => equals({ user: { name: "ann" }, file: {} })(message.artifact),
  },
  {
    name: "a Decimal in a tool's artifact",
    make: () => [
      new ToolMessage({ content: "x", tool_call_id: "1", artifact: [["Customer", new Decimal("1.5")]] }),
    ],
    becomes: "the message with what `toJSON()` returns",
    check: ([message]: Messages) => equals([["Customer", "1.5"]])(message.artifact),
  },
  {
    name: "`Document`",
    make: () => [
      new Document({ pageContent: "x", metadata: { loc: { pageNumber: 1 }, when: new Date(0) }, id: "d1" }),
    ],
    becomes: "exact",
  },
  {
    name: "`Document` with an instance in its metadata",
    make: () => [new Document({ pageContent: "x", metadata: { score: new Decimal(1) } })],
    becomes: "the document with what `toJSON()` returns",
    check: ([document]: [Document]) => {
      ok(document instanceof Document);
      deepStrictEqual(document.metadata, { score: "1" });
    },
  },
  {
    name: "a tool",
    make: () => ({ tools: [tool(async () => "x", { name: "t", description: "d", schema: z.object({}) })] }),
    becomes: "what `toJSON()` returns",
    check: ({ tools }: { tools: { lc: number }[] }) => equals(1)(tools[0]?.lc),
  },
  {
    name: "UI messages of the AI SDK",
    make: () => [
      { id: "1", role: "user", parts: [{ type: "text", text: "x" }], metadata: { createdAt: new Date(0) } },
    ],
    becomes: "exact",
  },
];
