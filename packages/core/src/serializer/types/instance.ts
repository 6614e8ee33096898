import { dropSymbolKeys } from "../own-keys.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { recogniseClass } from "./class-recognition.ts";
import { BRANDS, type ClassName, COMMAND_BRAND, traitsOf } from "./class-table.ts";
import { shapeOfInstance } from "./fields.ts";
import { writeMessage } from "./message.ts";

/** Writes an instance of a class in the table; writes nothing and returns `false` for any other. */
export function writeInstance(writer: ValueWriter, value: object, prototype: object): boolean {
  const name = recogniseClass(value, prototype);
  if (name === undefined) return false;
  const { tag, isMessage, needs } = traitsOf(name);
  if (!isMessage) dropSymbolKeys(writer, value, BRANDS);
  writer.needs(needs);
  writer.tag(tag);
  if (isMessage) writeMessage(writer, value as Fields);
  else if (name === "Command") writeCommand(writer, value as Fields);
  else writeFields(writer, value as Fields);
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function writeFields(writer: ValueWriter, value: Fields): void {
  const shape = shapeOfInstance(writer, value);
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
 * Makes an instance out of the record of its own fields. No constructor runs: constructors fill in, convert and warn,
 * and what comes back has to be what was stored. Fields are assigned, which is fastest: if an accessor of the class is
 * in the way, the bytes are malformed.
 */
export function readInstance(reader: ValueReader, name: ClassName): object {
  if (name === "Command") reader.list(2);
  const instance = Object.create(reader.prototypeOf(name)) as Record<PropertyKey, unknown>;
  reader.number(instance);
  reader.fields(instance);
  if (name !== "Command") return instance;
  reader.enter();
  instance[COMMAND_BRAND] = reader.value();
  reader.leave();
  return instance;
}
