import { malformed } from "../malformed.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeBigInt(writer: ValueWriter, value: bigint): void {
  if (writer.bytes.bigint(value)) return;
  writer.tag(TAG.bigint);
  writer.bytes.text(value.toString(16));
}

export function readBigInt(_reader: ValueReader, data: unknown): bigint {
  if (typeof data !== "string" || !/^-?[\da-f]+$/.test(data)) malformed("it has a bad bigint");
  return data.startsWith("-") ? -BigInt(`0x${data.slice(1)}`) : BigInt(`0x${data}`);
}
