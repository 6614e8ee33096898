import { TAG } from "../tags.ts";
import { OMITTED, type ValueReader } from "../value-reader.ts";
import { readIrregularArray } from "./array.ts";
import { readBigInt } from "./bigint.ts";
import { CLASS_NAMES, traitsOf } from "./class-table.ts";
import { readCustom } from "./custom.ts";
import { readInstance } from "./instance.ts";
import { readMessage } from "./message.ts";
import { NATIVE_CLASSES } from "./natives.ts";
import { readBranded, readObject } from "./object.ts";
import { textOfCodeUnits } from "./text.ts";

type TagReader = (reader: ValueReader) => unknown;

/** How the data of each tag is read. Stored bytes can make nothing else. */
export const READERS: readonly (TagReader | undefined)[] = tableOf([
  ...NATIVE_CLASSES.map(({ tag, read }) => [tag, read] as const),
  ...CLASS_NAMES.map((name) => {
    const { tag, isMessage } = traitsOf(name);
    const read = isMessage ? readMessage : readInstance;
    return [tag, (reader: ValueReader) => read(reader, name)] as const;
  }),
  [TAG.text, (reader) => textOfCodeUnits(reader.binary())],
  [TAG.bigint, readBigInt],
  [TAG.object, (reader) => readObject(reader, Object.prototype)],
  [TAG.nullObject, (reader) => readObject(reader, null)],
  [TAG.array, readIrregularArray],
  [TAG.custom, readCustom],
  [TAG.omitted, (reader) => (reader.plain() === null ? OMITTED : undefined)],
  [TAG.branded, readBranded],
]);

function tableOf(readers: readonly (readonly [tag: number | undefined, read: TagReader])[]): TagReader[] {
  const table: TagReader[] = [];
  for (const [tag, read] of readers) if (tag !== undefined) table[tag] = read;
  return table;
}
