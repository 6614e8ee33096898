import { TAG } from "../tags.ts";
import { textOfCodeUnits } from "./text.ts";
import { OMITTED, type ValueReader } from "../value-reader.ts";
import { readArrayBuffer } from "./array-buffer.ts";
import { readIrregularArray } from "./array.ts";
import { readBigInt } from "./bigint.ts";
import { CLASS_NAMES, traitsOf } from "./class-table.ts";
import { readCustom } from "./custom.ts";
import { readDate } from "./date.ts";
import { readError } from "./error.ts";
import { readHostObject } from "./host-object.ts";
import { readInstance } from "./instance.ts";
import { readMap } from "./map.ts";
import { readMessage } from "./message.ts";
import { readBranded, readObject } from "./object.ts";
import { readRegExp } from "./regexp.ts";
import { readSet } from "./set.ts";
import { readUrl } from "./url.ts";
import { readView } from "./view.ts";

type TagReader = (reader: ValueReader) => unknown;

/** How the data of a tag is read. All that stored bytes can make is in this list, and in that of the classes. */
export const READERS: readonly (TagReader | undefined)[] = tableOf([
  [TAG.text, (reader) => textOfCodeUnits(reader.binary())],
  [TAG.bigint, readBigInt],
  [TAG.date, readDate],
  [TAG.regexp, readRegExp],
  [TAG.url, readUrl],
  [TAG.map, readMap],
  [TAG.set, readSet],
  [TAG.object, (reader) => readObject(reader, Object.prototype)],
  [TAG.nullObject, (reader) => readObject(reader, null)],
  [TAG.array, readIrregularArray],
  [TAG.arrayBuffer, readArrayBuffer],
  [TAG.view, readView],
  [TAG.error, readError],
  [TAG.custom, readCustom],
  [TAG.omitted, (reader) => (reader.plain() === null ? OMITTED : undefined)],
  [TAG.branded, readBranded],
  [TAG.host, readHostObject],
]);

function tableOf(readers: readonly (readonly [tag: number, read: TagReader])[]): TagReader[] {
  const table: TagReader[] = [];
  for (const [tag, read] of readers) table[tag] = read;
  for (const name of CLASS_NAMES) {
    const { tag, isMessage } = traitsOf(name);
    table[tag] = isMessage ? (reader) => readMessage(reader, name) : (reader) => readInstance(reader, name);
  }
  return table;
}
