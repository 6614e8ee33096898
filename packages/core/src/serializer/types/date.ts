import { malformed } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { NativeClass } from "./native-class.ts";

/** A test clock replaces `Date` with its own class, whose instances would still be unknown. */
const TrueDate = Date;

export const DATE: NativeClass = {
  name: "Date",
  write(writer, value) {
    const time = timeOf(value);
    dropOwnFields(writer, value);
    writer.tag(TAG.date);
    writer.bytes.number(time);
  },
  copy: (value) => new TrueDate(timeOf(value)),
};

function timeOf(value: object): number {
  return TrueDate.prototype.getTime.call(value as Date);
}

export function readDate(reader: ValueReader): Date {
  const time = reader.plain();
  if (typeof time !== "number") malformed("it has a date without a time");
  const date = new Date(time);
  reader.number(date);
  return date;
}
