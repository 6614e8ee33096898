import { copyBytes } from "../types/view.ts";
import { recogniseClass } from "../types/class-recognition.ts";
import { copyHostObject, hostKindOf } from "../types/host-object.ts";
import { Url } from "../host.ts";
import { foreignNativeName, isNativePrototype } from "../types/natives.ts";
import { type Conversion, entriesOf, give, itemsOf, nothingOf, prototypesOf, readOf } from "./conversion.ts";

/** A test clock replaces `Date` with its own class, whose instances would still be unknown. */
const TrueDate = Date;

/** How an instance of a native class is copied; each function throws for an object that only looks like one. */
const COPIES: ReadonlyMap<string, (value: object) => object> = new Map<string, (value: object) => object>([
  ["Array", copyArray],
  ["Map", (value) => new Map(entriesOf(value) ?? Map.prototype.entries.call(value as Map<unknown, unknown>))],
  ["Set", (value) => new Set(itemsOf(value) ?? Set.prototype.values.call(value as Set<unknown>))],
  ["Date", (value) => new TrueDate(TrueDate.prototype.getTime.call(value as Date))],
  ["RegExp", copyRegExp],
  ["URL", (value) => new Url!((value as { readonly href: string }).href)],
  ["ArrayBuffer", (value) => Uint8Array.from(new Uint8Array(value as ArrayBuffer)).buffer],
  ["SharedArrayBuffer", (value) => Uint8Array.from(new Uint8Array(value as SharedArrayBuffer)).buffer],
]);

/** Natives whose contents cannot be read, or only by waiting. */
const OPAQUE: ReadonlySet<string> = new Set(["Promise", "WeakMap", "WeakSet", "WeakRef"]);

/** An instance of a subclass of a known class, as an instance of the known class. */
export function convertToAncestor(value: object): Conversion | undefined {
  for (const prototype of prototypesOf(value)) {
    const name = nativeName(prototype);
    if (name !== undefined && OPAQUE.has(name)) return nothingOf();
    const data = copyAs(value, prototype, name);
    if (data === undefined) continue;
    return { kind: "subclass", data, becomes: `comes back as ${nameOf(data)} with its contents` };
  }
  return undefined;
}

function copyAs(value: object, prototype: object, name: string | undefined): object | undefined {
  const host = hostKindOf(prototype);
  if (host !== undefined) return copyHostObject(value, host);
  if (name !== undefined) return COPIES.get(name)?.(value) ?? copyBytes(value, name);
  if (recogniseClass(value, prototype) === undefined) return undefined;
  return Object.assign(Object.create(prototype) as object, value);
}

function nativeName(prototype: object): string | undefined {
  const isOurs = isNativePrototype(prototype);
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return isOurs && typeof maker === "function" ? maker.name : foreignNativeName(prototype);
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

function copyRegExp(value: object): RegExp {
  const { source, flags } = new RegExp(value as RegExp);
  const copy = new RegExp(source, flags);
  copy.lastIndex = (value as RegExp).lastIndex;
  return copy;
}
