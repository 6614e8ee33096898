import { listOf } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeRegExp(writer: ValueWriter, value: object): void {
  const { source, flags } = new RegExp(value as RegExp);
  dropOwnFields(writer, value);
  writer.tag(TAG.regexp);
  writer.bytes.arrayHead(3);
  writer.text(source);
  writer.text(flags);
  writer.enter();
  writer.at("lastIndex");
  writer.value((value as RegExp).lastIndex);
  writer.leave();
}

export function readRegExp(reader: ValueReader, data: unknown): RegExp {
  const [source, flags, lastIndex] = listOf(data, 3);
  const pattern = new RegExp(reader.text(source), reader.text(flags));
  reader.number(pattern);
  pattern.lastIndex = reader.value(lastIndex) as number;
  return pattern;
}
