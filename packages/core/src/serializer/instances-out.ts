import { BRANDS, COMMAND_BRAND, traitsOf } from "./class-table.ts";
import { recogniseClass } from "./class-recognition.ts";
import { writeMessage } from "./messages-out.ts";
import { dropSymbolKeys } from "./containers.ts";
import { shapeWithoutReserved } from "./reserved-fields.ts";
import type { ValueWriter } from "./value-writer.ts";

/** Writes an instance of a class in the table; writes nothing and returns `false` for any other. */
export function writeInstance(writer: ValueWriter, value: object, prototype: object): boolean {
  const name = recogniseClass(value, prototype);
  if (name === undefined) return false;
  const { isMessage, tag, plainTag, needs } = traitsOf(name);
  if (!isMessage) dropSymbolKeys(writer, value, BRANDS);
  writer.needs(needs);
  writer.tag(tag);
  writer.bytes.open();
  const before = writer.tags;
  if (isMessage) writeMessage(writer, value as Fields);
  else if (name === "Command") writeCommand(writer, value as Fields);
  else writeFields(writer, value as Fields);
  writer.bytes.close(writer.tags === before ? plainTag : undefined);
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
