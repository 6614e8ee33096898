import type { Checkpoint } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { decodeSoon, Serializer } from "../serializer/serializer.ts";
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

/** The bytes of a header whose fields are encoded already. */
export function encodeHeader(header: Omit<Header, "fields"> & { fields: Uint8Array }): Uint8Array {
  return serializer.encode([FORMAT, header.fields, header.values, header.delta, header.content]);
}

/**
 * A header from its bytes.
 *
 * @throws CheckpointError `CORRUPT`, `UNSUPPORTED_FORMAT`.
 */
export function decodeHeader(bytes: Uint8Array): Soon<Header> {
  return chain(decodeSoon(serializer, bytes), (parts) => {
    if (!Array.isArray(parts)) throw damaged();
    const [format, fields, values, delta, content] = parts as unknown[];
    if (format !== FORMAT) {
      throw new CheckpointError(
        "UNSUPPORTED_FORMAT",
        `checkpoint has header format ${String(format)}, which this version does not know; upgrade @threadmark/core`,
      );
    }
    if (!(fields instanceof Uint8Array) || !isValueTable(values) || !isTexts(delta)) throw damaged();
    return chain(decodeSoon(serializer, fields), (decoded) => {
      if (!isFields(decoded) || typeof content !== "number") throw damaged();
      return { fields: decoded, values, delta, content };
    });
  });
}

function isValueTable(table: unknown): table is Header["values"] {
  return (
    Array.isArray(table) &&
    table.every((row) => Array.isArray(row) && typeof row[0] === "string" && row[1] instanceof Uint8Array)
  );
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((item) => typeof item === "string");
}

function isFields(value: unknown): value is CheckpointFields {
  return typeof value === "object" && value !== null;
}

function damaged(): CheckpointError {
  return new CheckpointError("CORRUPT", "the header of the checkpoint is damaged");
}
