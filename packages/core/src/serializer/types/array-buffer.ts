import { bytesOf } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeArrayBuffer(writer: ValueWriter, value: object): void {
  const buffer = value as ArrayBuffer & { readonly resizable?: boolean };
  if (buffer.resizable === true) refuse("it is a resizable buffer; store a copy made with `slice()`");
  const bytes = new Uint8Array(buffer);
  dropOwnFields(writer, value);
  writer.tag(TAG.arrayBuffer);
  writer.bytes.binary(bytes);
}

export function readArrayBuffer(reader: ValueReader, data: unknown): object {
  const { buffer } = bytesOf(data);
  reader.number(buffer);
  return buffer;
}
