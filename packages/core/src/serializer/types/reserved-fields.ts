import type { Shape } from "../shape.ts";
import { isSafeText } from "../text.ts";
import type { ValueWriter } from "../value-writer.ts";

/** The shape of an instance without the fields that no record can have, which are left out or refused. */
export function shapeWithoutReserved(writer: ValueWriter, value: object): Shape {
  writer.unknown.reservedField(value);
  const kept = Object.keys(value).filter((key) => key !== "__proto__" && isSafeText(key));
  return writer.shapeOf(Object.fromEntries(kept.map((key) => [key, undefined])))!;
}
