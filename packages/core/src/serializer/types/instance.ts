import { listOf } from "../malformed.ts";
import { dropSymbolKeys } from "../own-keys.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { recogniseClass } from "./class-recognition.ts";
import { BRANDS, type ClassName, COMMAND_BRAND, traitsOf } from "./class-table.ts";
import { instanceOf, readField, recordOf, shapeWithoutReserved } from "./fields.ts";
import { writeMessage } from "./message.ts";

/** Writes an instance of a class in the table; writes nothing and returns `false` for any other. */
export function writeInstance(writer: ValueWriter, value: object, prototype: object): boolean {
  const name = recogniseClass(value, prototype);
  if (name === undefined) return false;
  const { isMessage, tag, plainTag, needs } = traitsOf(name);
  if (!isMessage) dropSymbolKeys(writer, value, BRANDS);
  writer.needs(needs);
  writer.tag(tag);
  const { place } = writer.bytes;
  const before = writer.tags;
  if (isMessage) writeMessage(writer, value as Fields);
  else if (name === "Command") writeCommand(writer, value as Fields);
  else writeFields(writer, value as Fields);
  if (writer.tags === before) writer.bytes.retag(place, plainTag);
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function writeFields(writer: ValueWriter, value: Fields): void {
  const shape = writer.shapeOf(value) ?? shapeWithoutReserved(writer, value);
  writer.record(shape);
  writer.enter();
  for (const key of shape.keys) {
    writer.at(key);
    writer.value(writer.read(value, key));
  }
  writer.leave();
}

function writeCommand(writer: ValueWriter, value: Fields): void {
  writer.bytes.arrayHead(2);
  writeFields(writer, value);
  writer.enter();
  writer.at(() => "[Symbol(langgraph.command)]");
  writer.value(writer.read(value, COMMAND_BRAND));
  writer.leave();
}

/**
 * Makes an instance out of the record of its own fields. No constructor runs: constructors fill in,
 * convert and warn, and what comes back has to be what was stored.
 *
 * @param asIs Whether the values in the record can be used as they are.
 */
export function readInstance(reader: ValueReader, name: ClassName, data: unknown, asIs: boolean): object {
  const [fields, given] = name === "Command" ? listOf(data, 2) : [data];
  const instance = instanceOf(reader.prototypeOf(name), recordOf(fields));
  reader.number(instance);
  if (!asIs) for (const key of Object.keys(instance)) readField(reader, instance, key);
  if (name === "Command") instance[COMMAND_BRAND] = reader.value(given);
  return instance;
}
