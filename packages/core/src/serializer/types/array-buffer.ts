import { dropOwnFields } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { NativeClass } from "./native-class.ts";

export const ARRAY_BUFFER: NativeClass = {
  name: "ArrayBuffer",
  write(writer, value) {
    const buffer = value as ArrayBuffer & { readonly resizable?: boolean };
    if (buffer.resizable === true) refuse("it is a resizable buffer; store a copy made with `slice()`");
    const bytes = new Uint8Array(buffer);
    dropOwnFields(writer, value);
    writer.tag(TAG.arrayBuffer);
    writer.bytes.binary(bytes);
  },
  copy: copyBuffer,
};

/** A copy of a buffer, also of one that is shared or resizable. */
export function copyBuffer(value: object): object {
  return Uint8Array.from(new Uint8Array(value as ArrayBuffer)).buffer;
}

export function readArrayBuffer(reader: ValueReader): object {
  const { buffer } = reader.binary();
  reader.number(buffer);
  return buffer;
}
