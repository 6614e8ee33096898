import type { MessageStates, PlainState, SerializerResults } from "../results.ts";
import { markdownTable } from "./markdown.ts";
import { provenance } from "./texts.ts";

const NAMES = ["`Serializer`", "JSON, which gives plain objects", "`JsonPlusSerializer`"];

export function serializerPage({ machine, plain, messages }: SerializerResults): string {
  return `# Benchmarks of the serializer

Measured alternately in one process; each number is the best of 40 rounds. ${provenance(machine)}

## Plain states

Milliseconds, ours / JSON; the ratios are ours divided by JSON.

${plainTable(plain)}

${messages.map(messageTable).join("\n\n")}
`;
}

function plainTable(plain: readonly PlainState[]): string {
  const head = ["state", "encode / `stringify`", "ratio", "decode / `parse`", "ratio", "bytes, ratio"];
  const rows = plain.map(({ name, encode, stringify, decode, parse, bytes }) => [
    name,
    `${milliseconds(encode)} / ${milliseconds(stringify)}`,
    (encode / stringify).toFixed(2),
    `${milliseconds(decode)} / ${milliseconds(parse)}`,
    (decode / parse).toFixed(2),
    bytes.toFixed(2),
  ]);
  return markdownTable(head, rows);
}

function messageTable({ name, encode, decode, bytes }: MessageStates): string {
  const rows = NAMES.map((saver, i) => [
    saver,
    milliseconds(encode[i]!),
    (encode[i]! / encode[0]!).toFixed(1),
    milliseconds(decode[i]!),
    (decode[i]! / decode[0]!).toFixed(1),
    String(bytes[i]!),
  ]);
  return `## 200 LangChain messages: ${name}

${markdownTable(["", "encode ms", "× ours", "decode ms", "× ours", "bytes"], rows)}`;
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(3) : value.toFixed(1);
}
