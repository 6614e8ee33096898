import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import { OMITTED, type ValueReader } from "../value-reader.ts";
import { itemsOf } from "./items.ts";
import type { NativeClass } from "./native-class.ts";

export const SET: NativeClass = {
  name: "Set",
  write(writer, value) {
    const items = [...itemsIn(value)];
    dropOwnFields(writer, value);
    writer.tag(TAG.set);
    writer.bytes.arrayHead(items.length);
    writer.enter();
    for (const [place, item] of items.entries()) {
      writer.at(() => `.values()[${place}]`);
      writer.value(item);
    }
    writer.leave();
  },
  copy: (value) => new Set(itemsOf(value) ?? itemsIn(value)),
};

function itemsIn(value: object): IterableIterator<unknown> {
  return Set.prototype.values.call(value as Set<unknown>);
}

export function readSet(reader: ValueReader): Set<unknown> {
  const set = new Set<unknown>();
  reader.number(set);
  const count = reader.list();
  reader.enter();
  for (let i = 0; i < count; i++) {
    const item = reader.part();
    if (item !== OMITTED) set.add(item);
  }
  reader.leave();
  return set;
}
