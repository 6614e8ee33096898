import { copyBuffer } from "../types/array-buffer.ts";
import { recogniseClass } from "../types/class-recognition.ts";
import { foreignName } from "../types/foreign-name.ts";
import { foreignNative, nativeOf } from "../types/natives.ts";
import { type Conversion, give, nothingOf, prototypesOf, readOf } from "./conversion.ts";

/** Natives whose contents cannot be read, or only by waiting. */
const OPAQUE: ReadonlySet<string | undefined> = new Set(["Promise", "WeakMap", "WeakSet", "WeakRef"]);

/** An instance of a subclass of a known class, as an instance of the known class. */
export function convertToAncestor(value: object): Conversion | undefined {
  for (const prototype of prototypesOf(value)) {
    if (OPAQUE.has(foreignName(prototype))) return nothingOf();
    const data = copyAs(value, prototype);
    if (data === undefined) continue;
    return { kind: "subclass", data, becomes: `comes back as ${nameOf(data)} with its contents` };
  }
  return undefined;
}

function copyAs(value: object, prototype: object): object | undefined {
  const native = nativeOf(prototype) ?? foreignNative(prototype);
  if (native === "Array" || prototype === Array.prototype) return copyArray(value);
  if (native !== undefined && native !== "Object") return native.copy?.(value);
  if (foreignName(prototype) === "SharedArrayBuffer") return copyBuffer(value);
  if (recogniseClass(value, prototype) === undefined) return undefined;
  return Object.assign(Object.create(prototype) as object, value);
}

function nameOf(data: object): string {
  const { name } = data.constructor;
  return `${/^[AEIOU](?!RL)/.test(name) ? "an" : "a"} ${name}`;
}

function copyArray(value: object): unknown[] {
  const copy: unknown[] = [];
  copy.length = (value as readonly unknown[]).length;
  for (const key of Object.keys(value)) give(copy, key, readOf(value, key));
  return copy;
}
