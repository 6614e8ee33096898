import { pairsOf } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

export function writeMap(writer: ValueWriter, value: object): void {
  const entries = [...Map.prototype.entries.call(value as Map<unknown, unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.map);
  writer.bytes.arrayHead(entries.length * 2);
  writer.enter();
  let index = 0;
  for (const [key, item] of entries) {
    const place = index++;
    writer.at(() => `.keys()[${place}]`);
    writer.value(key);
    writer.at(() => (typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${place}]`));
    writer.value(item);
  }
  writer.leave();
}

export function readMap(reader: ValueReader, data: unknown): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  reader.number(map);
  const parts = pairsOf(data);
  for (let i = 0; i < parts.length; i += 2) {
    const [key, item] = [reader.value(parts[i]), reader.value(parts[i + 1])];
    if (!reader.isOmitted(parts[i]) && !reader.isOmitted(parts[i + 1])) map.set(key, item);
  }
  return map;
}
