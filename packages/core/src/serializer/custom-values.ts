import type { CustomType } from "./custom-types.ts";
import { refuse } from "./refusal.ts";
import { TAG } from "./tags.ts";
import type { ValueWriter } from "./value-writer.ts";

/**
 * Writes an instance of a registered class.
 *
 * @param open Those whose data is being written: it must not lead back to them.
 */
export function writeCustom(writer: ValueWriter, type: CustomType, value: object, open: Set<object>): void {
  const data = type.encode(value);
  writer.tag(TAG.custom);
  writer.bytes.arrayHead(2);
  writer.bytes.text(type.name);
  writer.enter();
  writer.at(() => `<${type.name}>`);
  if (typeof data === "function" || typeof data === "symbol") {
    refuse("its `encode` returned nothing that can be stored");
  }
  open.add(value);
  writer.value(data);
  open.delete(value);
  writer.leave();
}
