import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import { OMITTED, type ValueReader } from "../value-reader.ts";
import { entriesOf } from "./items.ts";
import type { NativeClass } from "./native-class.ts";

export const MAP: NativeClass = {
  name: "Map",
  write(writer, value) {
    const entries = [...entriesIn(value)];
    dropOwnFields(writer, value);
    writer.tag(TAG.map);
    writer.bytes.arrayHead(entries.length * 2);
    writer.enter();
    for (const [place, [key, item]] of entries.entries()) {
      writer.at(() => `.keys()[${place}]`);
      writer.value(key);
      writer.at(() => (typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${place}]`));
      writer.value(item);
    }
    writer.leave();
  },
  copy: (value) => new Map(entriesOf(value) ?? entriesIn(value)),
};

function entriesIn(value: object): IterableIterator<[unknown, unknown]> {
  return Map.prototype.entries.call(value as Map<unknown, unknown>);
}

export function readMap(reader: ValueReader): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  reader.number(map);
  const count = reader.pairs();
  reader.enter();
  for (let i = 0; i < count; i++) {
    const [key, item] = [reader.part(), reader.part()];
    if (key !== OMITTED && item !== OMITTED) map.set(key, item);
  }
  reader.leave();
  return map;
}
