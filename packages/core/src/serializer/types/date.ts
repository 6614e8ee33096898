import { malformed } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeDate(writer: ValueWriter, value: object): void {
  const time = Date.prototype.getTime.call(value as Date);
  dropOwnFields(writer, value);
  writer.tag(TAG.date);
  writer.bytes.number(time);
}

export function readDate(reader: ValueReader, data: unknown): Date {
  if (typeof data !== "number") malformed("it has a date without a time");
  const date = new Date(data);
  reader.number(date);
  return date;
}
