// Measures the serializer compared with JSON and with LangGraph.js's `JsonPlusSerializer`, in turns in one process,
// and prints the best time of each as JSON: the machine's own noise only ever adds.
import type { BaseMessage } from "@langchain/core/messages";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { Serializer } from "@threadmark/core";
import type { MessageStates, PlainState } from "./results.ts";
import { chats, plainStates } from "./serializer-states.ts";

const ROUNDS = 40;
const ROUND_MILLISECONDS = 8;

type Work = () => unknown;

const serializer = new Serializer();
const jsonPlus = new JsonPlusSerializer();

/** Milliseconds of one call of each, in the order given. */
async function compare(...works: readonly Work[]): Promise<number[]> {
  const best = works.map(() => Number.POSITIVE_INFINITY);
  const calls = await Promise.all(works.map(callsPerRound));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, work] of works.entries()) {
      best[index] = Math.min(best[index]!, await time(work, calls[index]!));
    }
  }
  return best;
}

async function callsPerRound(work: Work): Promise<number> {
  await time(work, 10);
  return Math.max(1, Math.round(ROUND_MILLISECONDS / (await time(work, 3))));
}

async function time(work: Work, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await work();
  return (performance.now() - start) / calls;
}

async function plain(name: string, value: unknown): Promise<PlainState> {
  const json = JSON.stringify(value);
  const bytes = serializer.encode(value);
  const [stringify, encode] = await compare(
    () => JSON.stringify(value),
    () => serializer.encode(value),
  );
  const [parse, decode] = await compare(
    () => JSON.parse(json),
    () => serializer.decode(bytes),
  );
  return {
    name,
    encode: encode!,
    stringify: stringify!,
    decode: decode!,
    parse: parse!,
    bytes: bytes.length / Buffer.byteLength(json),
  };
}

async function messages(name: string, list: readonly BaseMessage[]): Promise<MessageStates> {
  const [type, dumped] = await jsonPlus.dumpsTyped(list);
  const json = JSON.stringify(list);
  const bytes = serializer.encode(list);
  const encode = await compare(
    () => serializer.encode(list),
    () => JSON.stringify(list),
    () => jsonPlus.dumpsTyped(list),
  );
  const decode = await compare(
    () => serializer.decode(bytes),
    () => JSON.parse(json),
    () => jsonPlus.loadsTyped(type, dumped),
  );
  return { name, encode, decode, bytes: [bytes.length, Buffer.byteLength(json), dumped.length] };
}

const plainResults: PlainState[] = [];
for (const { name, value } of plainStates()) plainResults.push(await plain(name, value));
const messageResults: MessageStates[] = [];
for (const { name, messages: list } of chats(200)) messageResults.push(await messages(name, list));
console.log(JSON.stringify({ plain: plainResults, messages: messageResults }));
