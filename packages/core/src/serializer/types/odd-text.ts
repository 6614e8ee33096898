import { bytesOf } from "../malformed.ts";
import { TAG } from "../tags.ts";
import { codeUnits, textOfCodeUnits } from "../text.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

/** Writes a text that UTF-8 cannot carry. */
export function writeOddText(writer: ValueWriter, value: string): void {
  writer.tag(TAG.text);
  writer.bytes.binary(codeUnits(value));
}

export function readOddText(_reader: ValueReader, data: unknown): string {
  return textOfCodeUnits(bytesOf(data));
}
