import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { NativeClass } from "./native-class.ts";

export const REGEXP: NativeClass = {
  name: "RegExp",
  write(writer, value) {
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
  },
  copy(value) {
    const { source, flags } = new RegExp(value as RegExp);
    return withIndex(new RegExp(source, flags), (value as RegExp).lastIndex);
  },
};

export function readRegExp(reader: ValueReader): RegExp {
  reader.list(3);
  const pattern = new RegExp(reader.text(), reader.text());
  reader.number(pattern);
  reader.enter();
  withIndex(pattern, reader.value());
  reader.leave();
  return pattern;
}

function withIndex(pattern: RegExp, lastIndex: unknown): RegExp {
  return Object.assign(pattern, { lastIndex });
}
