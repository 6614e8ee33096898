import { listOf } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeSet(writer: ValueWriter, value: object): void {
  const items = [...Set.prototype.values.call(value as Set<unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.set);
  writer.bytes.arrayHead(items.length);
  writer.enter();
  let index = 0;
  for (const item of items) {
    const place = index++;
    writer.at(() => `.values()[${place}]`);
    writer.value(item);
  }
  writer.leave();
}

export function readSet(reader: ValueReader, data: unknown): Set<unknown> {
  const set = new Set<unknown>();
  reader.number(set);
  for (const item of listOf(data)) if (!reader.isOmitted(item)) set.add(reader.value(item));
  return set;
}
