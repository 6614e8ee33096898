import { CheckpointError } from "../../errors.ts";
import type { CustomType, CustomTypes } from "../custom-types.ts";
import { listOf } from "../malformed.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

/**
 * Writes an instance of a registered class.
 *
 * @param open Instances whose data is being written: the data must not lead back to them.
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

/** Makes an instance of a registered class. Its data is read first: the data cannot lead back to the instance. */
export function readCustom(reader: ValueReader, types: CustomTypes, data: unknown): object {
  const [name, content] = listOf(data, 2);
  const type = types.named(reader.text(name));
  if (type === undefined) {
    throw new CheckpointError(
      "UNSUPPORTED_FORMAT",
      `stored value holds a value of type ${JSON.stringify(name)}; register it in the serializer's \`types\``,
    );
  }
  const setNumbered = reader.reserve();
  const value = decodeCustom(type, reader.value(content));
  setNumbered(value);
  return value;
}

function decodeCustom(type: CustomType, content: unknown): object {
  try {
    return type.decode(content) as object;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unknown error";
    throw new CheckpointError(
      "CORRUPT",
      `stored value cannot be read: type ${JSON.stringify(type.name)} failed to decode its data: ${reason}`,
      { cause },
    );
  }
}
