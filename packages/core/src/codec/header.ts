import type { Checkpoint } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { ByteWriter } from "../serializer/byte-writer.ts";
import { decodeBody } from "../serializer/decoder.ts";
import { Encoder } from "../serializer/encoder.ts";
import { PLAIN, TAGGED } from "../serializer/envelope.ts";
import { partsOf, Serializer } from "../serializer/serializer.ts";
import { type Soon, chain } from "../soon.ts";

/** Everything of a checkpoint except its id and values, including unknown fields. */
export type CheckpointFields = Omit<Checkpoint, "id" | "channel_values">;

/** A checkpoint without its id and with stored values in place of values. */
export interface Header {
  readonly fields: CheckpointFields;
  /** Channel and stored value, in the order of `channel_values`. */
  readonly values: readonly (readonly [channel: string, stored: Uint8Array])[];
  /** Delta channels: where one has no value here, what it holds is spread over the ancestors. */
  readonly delta: readonly string[];
  /** Checksum of the rest of the record. */
  readonly content: number;
}

const FORMAT = 1;

/** What LangGraph.js itself puts into metadata: plain data. */
const parts = partsOf(new Serializer({ onUnknown: "refuse" }));

/** Begins a header with its fields, at once, so that the caller may change them. */
export function beginHeader(fields: CheckpointFields): Encoder {
  const header = new Encoder(parts, undefined, new ByteWriter(1));
  header.bytes.arrayHead(5);
  header.bytes.number(FORMAT);
  header.root(fields);
  return header;
}

/**
 * The bytes of a header: how it is encoded, then a list of the format, the fields, the checksum, the names of channels
 * as JSON, which is well-formed whatever the names are, and the values. The seal of the record is its checksum.
 */
export function endHeader(header: Encoder, { values, delta, content }: Omit<Header, "fields">): Uint8Array {
  const writer = header.bytes;
  writer.number(content);
  writer.text(JSON.stringify([values.map(([channel]) => channel), delta]));
  writer.arrayHead(values.length);
  for (let i = 0; i < values.length; i++) writer.binary(values[i]![1]);
  const encoding = header.end();
  const bytes = writer.copy();
  bytes[0] = encoding;
  header.release();
  return bytes;
}

/**
 * A header from its bytes.
 *
 * @throws CheckpointError `CORRUPT`, `UNSUPPORTED_FORMAT`.
 */
export function decodeHeader(bytes: Uint8Array): Soon<Header> {
  const [encoding] = bytes;
  if (encoding !== PLAIN && encoding !== TAGGED) throw unknownFormat(encoding);
  // A view of exactly this class: in a Node `Buffer`, byte strings would be buffers, too.
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + 1, bytes.length - 1);
  return chain(decodeBody(body, encoding === TAGGED, parts.types), headerOf);
}

function headerOf(decoded: unknown): Header {
  if (!Array.isArray(decoded)) throw damaged();
  const [format, fields, content, names, values] = decoded as unknown[];
  if (format !== FORMAT) throw unknownFormat(format);
  if (typeof fields !== "object" || fields === null || typeof content !== "number") throw damaged();
  const [channels, delta] = namesIn(names);
  if (!Array.isArray(values) || values.length !== channels.length || !values.every(isBytes)) throw damaged();
  const table = channels.map((channel, i) => [channel, values[i]!] as const);
  return { fields: fields as CheckpointFields, values: table, delta, content };
}

function unknownFormat(format: unknown): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `checkpoint has header format ${String(format)}, which this version does not know; upgrade @threadmark/core`,
  );
}

function namesIn(text: unknown): readonly [channels: readonly string[], delta: readonly string[]] {
  try {
    const lists: unknown = JSON.parse(text as string);
    if (Array.isArray(lists) && lists.length === 2 && lists.every(isTexts))
      return lists as [string[], string[]];
  } catch {
    // Text that is not JSON is damaged, like a list of the wrong shape.
  }
  throw damaged();
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((item) => typeof item === "string");
}

function damaged(): CheckpointError {
  return new CheckpointError("CORRUPT", "the header of the checkpoint is damaged");
}
