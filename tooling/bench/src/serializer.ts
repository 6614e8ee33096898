/**
 * Measures the serializer beside JSON and beside LangGraph.js's `JsonPlusSerializer`, in turns in one
 * process, and prints the best time of each: the machine's own noise only ever adds.
 *
 *   node tooling/bench/src/serializer.ts
 */
import type { BaseMessage } from "@langchain/core/messages";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { Serializer } from "@threadmark/core";

import { chats, plainStates } from "./serializer-states.ts";
import { markdownTable } from "./table.ts";

const ROUNDS = 40;
const ROUND_MILLISECONDS = 8;

type Work = () => unknown;

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

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(3) : value.toFixed(1);
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`${markdownTable(head, rows)}\n`);
}

const serializer = new Serializer();
const jsonPlus = new JsonPlusSerializer();

async function plainRow(name: string, value: unknown): Promise<string[]> {
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
  return [
    name,
    `${milliseconds(encode!)} / ${milliseconds(stringify!)}`,
    (encode! / stringify!).toFixed(2),
    `${milliseconds(decode!)} / ${milliseconds(parse!)}`,
    (decode! / parse!).toFixed(2),
    (bytes.length / Buffer.byteLength(json)).toFixed(2),
  ];
}

async function messageRows(messages: readonly BaseMessage[]): Promise<string[][]> {
  const [type, dumped] = await jsonPlus.dumpsTyped(messages);
  const json = JSON.stringify(messages);
  const bytes = serializer.encode(messages);
  const encoded = await compare(
    () => serializer.encode(messages),
    () => JSON.stringify(messages),
    () => jsonPlus.dumpsTyped(messages),
  );
  const decoded = await compare(
    () => serializer.decode(bytes),
    () => JSON.parse(json),
    () => jsonPlus.loadsTyped(type, dumped),
  );
  const sizes = [bytes.length, Buffer.byteLength(json), dumped.length];
  const names = ["`Serializer`", "JSON, which gives plain objects", "`JsonPlusSerializer`"];
  return names.map((name, index) => [
    name,
    milliseconds(encoded[index]!),
    (encoded[index]! / encoded[0]!).toFixed(1),
    milliseconds(decoded[index]!),
    (decoded[index]! / decoded[0]!).toFixed(1),
    String(sizes[index]!),
  ]);
}

console.log(`Node ${process.version}\n`);
console.log("Plain states, in milliseconds, ours / JSON\n");
const rows: string[][] = [];
for (const { name, value } of plainStates()) rows.push(await plainRow(name, value));
printTable(["state", "encode / `stringify`", "ratio", "decode / `parse`", "ratio", "bytes, ratio"], rows);

for (const { name, messages } of chats(200)) {
  console.log(`200 LangChain messages: ${name}\n`);
  printTable(["", "encode ms", "× ours", "decode ms", "× ours", "bytes"], await messageRows(messages));
}
