import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";

/** A state to measure, with a word on what makes it special. */
export interface BenchState {
  readonly name: string;
  readonly value: unknown;
}

const WORDS = "the quick brown fox jumps over the lazy dog and says hello to every user of the system".split(
  " ",
);

/** Pseudo-random numbers below 1, the same in every run. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

const random = numbers();

function text(length: number): string {
  let made = "";
  while (made.length < length) made += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return made.slice(0, length);
}

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** States that JSON can hold as well. */
export function plainStates(): BenchState[] {
  return [
    {
      name: "text: 400 messages of 500 characters",
      value: {
        step: 5,
        messages: list(400, (i) => ({
          id: `m${i}`,
          role: i % 2 ? "user" : "assistant",
          content: text(500),
          meta: { tokens: i, finish: "stop", tags: ["a", "b"], ok: true, score: i / 7 },
        })),
      },
    },
    {
      name: "records: 2,000 objects of 10 fields",
      value: list(2000, (i) => ({
        id: `row-${i}`,
        createdAt: 1_700_000_000_000 + i,
        name: text(20),
        status: i % 3 ? "open" : "closed",
        amount: i * 1.25,
        retries: i % 5,
        done: i % 2 === 0,
        parent: null,
        owner: `user-${i % 40}`,
        note: text(40),
      })),
    },
    {
      name: "tiny objects: 6,000 objects and arrays of 1 to 6 short values",
      value: {
        messages: list(2000, (i) => ({
          id: i,
          a: i * 1.5,
          b: `k${i}`,
          c: null,
          d: [i, i + 1, i + 2],
          e: { f: true, g: "short" },
        })),
      },
    },
    {
      name: "dictionary: one object of 2,000 keys of 20 characters",
      value: Object.fromEntries(
        list(2000, (i) => [`key-${String(i).padStart(16, "0")}`, { n: i, t: `v${i}` }]),
      ),
    },
    { name: "20,000 floats", value: list(20_000, () => random() * 1000) },
    { name: "20,000 integers", value: list(20_000, (i) => (i * 37) % 5000) },
  ];
}

/** The types of LangChain want usage only where a structure of messages is declared. */
function answer(fields: object): AIMessage {
  return new AIMessage(fields);
}

/** Three kinds of chats, as LangChain's classes hold them. */
export function chats(length: number): { readonly name: string; readonly messages: BaseMessage[] }[] {
  return [
    { name: "text only, 500 characters", messages: list(length, textMessage) },
    { name: "with calls of tools", messages: list(length, toolMessage) },
    { name: "answers as blocks, with usage details", messages: list(length, blockMessage) },
  ];
}

function textMessage(index: number): BaseMessage {
  return index % 2 === 0 ? new HumanMessage(text(500)) : new AIMessage(text(500));
}

function toolMessage(index: number): BaseMessage {
  const id = `message-${index}`;
  if (index % 4 === 0) return new HumanMessage({ id, content: text(200) });
  if (index % 4 === 2) return new ToolMessage({ id, content: text(300), tool_call_id: `call-${index - 1}` });
  const call = { id: `call-${index}`, name: "search", args: { query: text(30) }, type: "tool_call" };
  return answer({
    id,
    content: text(500),
    tool_calls: index % 4 === 1 ? [call] : [],
    usage_metadata: { input_tokens: index, output_tokens: 120, total_tokens: index + 120 },
    response_metadata: { model: "model-1", finish_reason: "stop" },
  });
}

function blockMessage(index: number): BaseMessage {
  return answer({
    id: `message-${index}`,
    content: [
      { type: "reasoning", reasoning: text(100) },
      { type: "text", text: text(200) },
    ],
    tool_calls: [
      { id: `call-${index}`, name: "search", args: { query: text(10), pages: [1, 2] }, type: "tool_call" },
    ],
    usage_metadata: {
      input_tokens: index,
      output_tokens: 120,
      total_tokens: index + 120,
      input_token_details: { cache_read: index },
      output_token_details: { reasoning: 40 },
    },
    response_metadata: { model: "model-1", finish_reason: "stop", usage: { prompt: index, completion: 120 } },
  });
}
