import type { Checkpoint } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { ByteWriter } from "../serializer/byte-writer.ts";
import { decode, decodePlain } from "../serializer/decoder.ts";
import { partsOf, Serializer } from "../serializer/serializer.ts";
import { type Soon, chain } from "../soon.ts";

/** Everything of a checkpoint but its id and values, unknown fields included. */
export type CheckpointFields = Omit<Checkpoint, "id" | "channel_values">;

/** A checkpoint without its id and with stored values in place of values. */
export interface Header {
  readonly fields: CheckpointFields;
  /** Channel and stored value, in the order of `channel_values`. */
  readonly values: readonly (readonly [channel: string, stored: Uint8Array])[];
  /** Delta channels: what they hold without a value here is spread over the ancestors. */
  readonly delta: readonly string[];
  /** Checksum of what the record has beside the header. */
  readonly content: number;
}

const FORMAT = 1;

/** What LangGraph.js itself puts there: plain data. */
const serializer = new Serializer({ onUnknown: "refuse" });

/** Encodes the fields, at once, so that the caller may change them. */
export function encodeFields(fields: CheckpointFields): Uint8Array {
  return serializer.encode(fields);
}

/**
 * The bytes of a header whose fields are encoded already: a list of the format, the fields, the checksum, the names of
 * channels as JSON, which is well-formed whatever the names are, and the values. The seal of the record is its checksum.
 */
export function encodeHeader(header: Omit<Header, "fields"> & { fields: Uint8Array }): Uint8Array {
  const { fields, values, delta, content } = header;
  const writer = new ByteWriter(0);
  writer.arrayHead(4 + values.length);
  writer.number(FORMAT);
  writer.binary(fields);
  writer.number(content);
  writer.text(JSON.stringify([values.map(([channel]) => channel), delta]));
  for (const [, stored] of values) writer.binary(stored);
  const bytes = writer.written.slice();
  writer.release();
  return bytes;
}

/**
 * A header from its bytes.
 *
 * @throws CheckpointError `CORRUPT`, `UNSUPPORTED_FORMAT`.
 */
export function decodeHeader(bytes: Uint8Array): Soon<Header> {
  const parts = decodePlain(bytes);
  if (!Array.isArray(parts)) throw damaged();
  const [format, fields, content, names, ...values] = parts as unknown[];
  if (format !== FORMAT) {
    throw new CheckpointError(
      "UNSUPPORTED_FORMAT",
      `checkpoint has header format ${String(format)}, which this version does not know; upgrade @threadmark/core`,
    );
  }
  if (!(fields instanceof Uint8Array) || typeof content !== "number") throw damaged();
  const [channels, delta] = namesIn(names);
  if (channels.length !== values.length || !values.every(isBytes)) throw damaged();
  return chain(decode(fields, partsOf(serializer).types), (decoded) => {
    if (typeof decoded !== "object" || decoded === null) throw damaged();
    const table = channels.map((channel, i) => [channel, values[i]!] as const);
    return { fields: decoded as CheckpointFields, values: table, delta, content };
  });
}

function namesIn(text: unknown): readonly [channels: readonly string[], delta: readonly string[]] {
  try {
    const lists: unknown = JSON.parse(text as string);
    if (Array.isArray(lists) && lists.length === 2 && lists.every(isTexts))
      return lists as [string[], string[]];
  } catch {
    // As damaged as any other list.
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
