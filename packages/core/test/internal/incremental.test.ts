import { isDeepStrictEqual } from "node:util";
import {
  AIMessage,
  type AIMessageFields,
  type BaseMessage,
  HumanMessage,
  ToolMessage,
} from "@langchain/core/messages";
import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";
import type { EncodedBefore } from "../../src/serializer/incremental/trace.ts";
import { RandomValues } from "../serializer/random-values.ts";
import { encodeNext, follow } from "./follow.ts";

const change = fc.record({
  kind: fc.constantFrom("append", "append", "append", "many", "drop", "replace", "share", "message", "edit"),
  at: fc.nat(),
  seed: fc.integer(),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(list: unknown[], { kind, at, seed }: Change): unknown[] {
  const index = list.length === 0 ? 0 : at % list.length;
  const value = new RandomValues(seed, 1 + (at % 12)).value();
  if (kind === "append" || list.length === 0) return [...list, value];
  if (kind === "many") return [...list, ...Array.from({ length: at % 40 }, (_, i) => ({ id: i, seed }))];
  if (kind === "drop") return list.slice(0, index);
  if (kind === "replace") return list.with(index, value);
  if (kind === "share") return [...list, list[index]];
  if (kind === "message") {
    return [...list, new HumanMessage(`message ${seed}`), new AIMessage({ content: "x", id: `${at}` })];
  }
  const last = list.at(-1);
  if (last instanceof AIMessage)
    return [...list.slice(0, -1), new AIMessage({ content: `x${seed}`, id: "1" })];
  return list;
}

const SHAPES: readonly ((list: unknown[]) => unknown)[] = [
  (list) => list,
  (list) => ({ messages: list }),
  (list) => ({ a: { b: list }, after: "the list", list }),
  (list) => new Map<unknown, unknown>([["list", list]]),
  (list) => new AIMessage({ content: "m", additional_kwargs: { list } }),
  (list) => [[list, list.length], new Uint8Array(list.length % 7)],
];

const calls = () => [
  { name: "search", args: { pages: [1, 2], deep: { x: null } }, id: "c", type: "tool_call" as const },
];

function messageOf(i: number): BaseMessage {
  const message = plainMessageOf(i);
  if (i % 3 === 0) assign(message, "additional_kwargs", { n: [0, { n: 0 }] });
  if (i % 4 === 0) assign(message, "response_metadata", { list: [{ a: 1 }, { a: 1 }] });
  return message;
}

function plainMessageOf(i: number): BaseMessage {
  switch (i % 5) {
    case 0:
      return new HumanMessage({ id: `h${i}`, content: `question ${i}` });
    case 1:
      return new AIMessage({ id: `a${i}`, content: "", tool_calls: calls() });
    case 2:
      return new ToolMessage({ tool_call_id: "c", content: "found", artifact: { list: [1.5, -0, true] } });
    case 3:
      return new AIMessage({
        content: [{ type: "text", text: `answer ${i}` }],
        response_metadata: { usage: { tokens: i }, model: "m" },
        usage_metadata: { input_tokens: 1, output_tokens: i, total_tokens: i + 1 },
      } as unknown as AIMessageFields);
    default:
      return new AIMessage(`answer ${i}`);
  }
}

const touch = fc.record({
  at: fc.nat(),
  field: fc.nat(),
  how: fc.constantFrom(
    "set",
    "nest",
    "add",
    "remove",
    "share",
    "swap",
    "given",
    "grow",
    "within",
    "alias",
    "copy",
    "zero",
    "hole",
    "hold",
    "renew",
    "append",
  ),
  value: fc.constantFrom<unknown>("x", "", 0, -0, 1, Number.NaN, null, undefined, true, 7n, "\ud800", {}, []),
});
type Touch = typeof touch extends fc.Arbitrary<infer T> ? T : never;

/** Sets a field as the constructor does, which keeps it among its arguments. */
function assign(message: BaseMessage, key: string, value: unknown): void {
  Object.assign(message, { [key]: value });
  if (key in message.lc_kwargs) message.lc_kwargs[key] = value;
}

function fieldOf(message: BaseMessage, key: string): unknown {
  return (message as BaseMessage & Record<string, unknown>)[key];
}

/** Changes one message in place, as a node of a graph may; sometimes the list itself. */
function touched(chat: BaseMessage[], { at, field, how, value }: Touch): BaseMessage[] {
  const message = chat[at % chat.length]! as BaseMessage & Record<string, unknown>;
  const other = chat[field % chat.length]! as BaseMessage & Record<string, unknown>;
  const keys = Object.keys(message).filter((key) => !key.startsWith("lc_"));
  const key = keys[field % keys.length]!;
  if (how === "set") message[key] = value;
  else if (how === "nest")
    assign(message, "additional_kwargs", { [`k${field % 2}`]: value, list: [value, { value }] });
  else if (how === "add") message[`extra${field % 3}`] = value;
  else if (how === "remove") delete message[key];
  else if (how === "share") message[key] = other[key] ?? other.response_metadata;
  else if (how === "within") {
    // Two equal objects of one message become one.
    const list = [{ a: 1 }, { a: 1 }];
    assign(message, "response_metadata", { list: at % 2 ? list : [list[0], list[0]] });
  } else if (how === "swap") [message[key], other[key]] = [other[key], message[key]];
  else if (how === "given") message.lc_kwargs = { ...message.lc_kwargs, [key]: value };
  else if (how === "grow") Object.assign(message.response_metadata ?? {}, { [`m${field % 4}`]: [value] });
  else if (how === "alias") {
    // What was equal becomes the same.
    const twin = chat.find((one) => one !== message && isDeepStrictEqual(fieldOf(one, key), message[key]));
    if (twin) assign(message, key, fieldOf(twin, key));
  } else if (how === "copy") assign(message, key, structuredClone(message[key]));
  else if (how === "zero") assign(message, "additional_kwargs", { n: [field % 2 ? 0 : -0, { n: 0 }] });
  else if (how === "hole") {
    const list = [undefined, 1];
    if (field % 2) delete list[0];
    assign(message, "additional_kwargs", { n: list });
  } else if (how === "hold") {
    const held = field % 2 ? message.lc_kwargs : { ...message.lc_kwargs };
    assign(chat[0]!, "additional_kwargs", { held, twice: [{ a: 1 }, { a: 1 }] });
  } else if (how === "append") chat.push(field % 2 ? messageOf(field) : message);
  else chat[at % chat.length] = messageOf(at % chat.length);
  return chat;
}

describe("a value that is encoded after another one", () => {
  it("has the same bytes as when it is encoded by itself, whatever was changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 2, maxLength: 30 }),
        fc.constantFrom(...SHAPES),
        fc.integer({ min: 1, max: 300 }),
        async (changes, shape, pieceSize) => {
          let list: unknown[] = [];
          const values = changes.map((one) => shape((list = apply(list, one))));
          await follow(values, pieceSize);
        },
      ),
      rounds(200),
    );
  });

  it("has the same bytes as when it is encoded by itself, whatever was changed within messages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(touch, { minLength: 2, maxLength: 25 }),
        fc.nat(),
        async (touches, length) => {
          // Enough of them that every shape of object has been met before most of them.
          const chat = Array.from({ length: 5 + (length % 10) }, (_, i) => messageOf(i));
          const values = function* () {
            yield chat;
            for (const one of touches) yield touched(chat, one);
          };
          await follow(values(), 50);
        },
      ),
      rounds(200),
    );
  });

  it("distinguishes the same record from an equal one, and -0 from 0", async () => {
    const make = () => [1, 2, 3, 4].map((n) => ({ n, zero: 0, part: { a: 1 }, list: [{ a: 1 }, { a: 1 }] }));
    const shared = make();
    shared[2]!.part = shared[1]!.part;
    const within = make();
    within[2]!.list[1] = within[2]!.list[0]!;
    const same = make();
    same[3] = same[1]!;
    const negative = make();
    negative[2]!.zero = -0;
    await follow([make(), make(), shared, make(), within, make(), same, make(), negative], 20);
  });

  it("keeps what it begins with, when it only grew", async () => {
    const list = Array.from({ length: 500 }, (_, i) => ({ id: `m${i}`, content: "x".repeat(50) }));
    const grown = [...list, { id: "new", content: "y" }];
    expect((await follow([list, grown], 64)).kept).toBeGreaterThan(400);
    expect((await follow([{ messages: list }, { messages: grown }], 64)).kept).toBeGreaterThan(400);
  });

  it("is read once, property by property", () => {
    let reads = 0;
    const item = {
      get value() {
        return ++reads && "same";
      },
    };
    const values = [[item], [item, 1], [item, 2]];
    let before: EncodedBefore | undefined;
    for (const value of values) {
      before = encodeNext(value, before, 10).next;
    }
    expect(reads).toBe(values.length);
  });

  it("is made again without its bytes, and shares nothing with what was encoded", async () => {
    const chat = Array.from({ length: 10 }, (_, i) => plainMessageOf(i));
    const record = { id: 1, tags: ["a", null], deep: { none: undefined, big: 7n, yes: true } };
    const values = [chat, { chat, record, count: 3 }, record, "text", [], {}, { list: [] }, [[]], chat[1]];
    for (const value of values) {
      expect(await follow([value, value], 64)).toMatchObject({ same: 1, rebuilt: 2 });
    }
  });

  it("is not made again where only its bytes can tell", async () => {
    const shared = { a: 1 };
    const circular: unknown[] = [];
    circular.push(circular);
    const values = [
      [shared, shared],
      circular,
      [new Date()],
      new Map(),
      { when: [1, new Set()] },
      ["\ud800"],
    ];
    for (const value of values) {
      expect(await follow([value, value], 64)).toMatchObject({ same: 1, rebuilt: 0 });
    }
  });

  it("takes bytes of the caller for changed", async () => {
    const bytes = new Uint8Array(100);
    const values = function* () {
      for (let i = 0; i < 3; i++) {
        bytes[7] = i;
        yield ["a", bytes, "b"];
      }
    };
    await follow(values(), 10);
  });
});
