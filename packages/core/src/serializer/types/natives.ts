import { hostClass, Url } from "../host.ts";
import type { ValueWriter } from "../value-writer.ts";
import { writeArrayBuffer } from "./array-buffer.ts";
import { writeDate } from "./date.ts";
import { ERROR_KINDS, errorKindNamed, nodeErrorKind, writeError } from "./error.ts";
import { hostKindOf, writeHostObject } from "./host-object.ts";
import { writeMap } from "./map.ts";
import { writeRegExp } from "./regexp.ts";
import { writeSet } from "./set.ts";
import { writeUrl } from "./url.ts";
import { VIEW_KINDS, viewKindNamed, writePlainBytes, writeView } from "./view.ts";

/** Writes a value that has the prototype of a native class; fails if it has only the prototype. */
export type NativeWriter = (writer: ValueWriter, value: object) => void;

const BY_NAME = new Map<string, NativeWriter>([
  ["Date", writeDate],
  ["RegExp", writeRegExp],
  ["Map", writeMap],
  ["Set", writeSet],
  ["ArrayBuffer", writeArrayBuffer],
  ["Uint8Array", writePlainBytes],
]);

const BY_PROTOTYPE = new Map<object, NativeWriter>([
  ...[...BY_NAME].map(([name, write]) => [hostClass(name)!.prototype, write] as const),
  ...(Url === undefined ? [] : [[Url.prototype, writeUrl] as const]),
  ...[...VIEW_KINDS].map(([prototype, kind]) => [prototype, viewWriter(kind)] as const),
  ...[...ERROR_KINDS].map(([prototype, kind]) => [prototype, errorWriter(kind)] as const),
]);

function viewWriter(kind: number): NativeWriter {
  return (writer, value) => writeView(writer, value, kind);
}

function errorWriter(kind: number): NativeWriter {
  return (writer, value) => writeError(writer, value, kind);
}

/** The writer for a native prototype of this realm. */
export function nativeOf(prototype: object): NativeWriter | undefined {
  return BY_PROTOTYPE.get(prototype);
}

/** Whether instances are stored without a registration. */
export function isNativePrototype(prototype: object): boolean {
  return prototype === Object.prototype || prototype === Array.prototype || BY_PROTOTYPE.has(prototype);
}

/** The writer for what the host adds to the language: some classes, and Node's own errors. */
export function hostNativeOf(prototype: object): NativeWriter | undefined {
  const kind = hostKindOf(prototype);
  if (kind !== undefined) return (writer, value) => writeHostObject(writer, value, kind);
  const error = nodeErrorKind(prototype);
  return error === undefined ? undefined : errorWriter(error);
}

/**
 * The writer for a prototype of another realm: test runners and `node:vm` make values whose classes are
 * native but not ours. They come back as values of this realm.
 */
export function foreignNative(prototype: object): NativeWriter | "Object" | "Array" | undefined {
  // A test clock may have replaced `Date` after this module was loaded.
  if (prototype === Date.prototype) return writeDate;
  const name = foreignNativeName(prototype);
  if (name === undefined) return undefined;
  if (name === "Object" || name === "Array") return name;
  const view = viewKindNamed(name);
  if (view !== undefined) return viewWriter(view);
  const error = errorKindNamed(name);
  return error === undefined ? BY_NAME.get(name) : errorWriter(error);
}

/** The class of native errors that a prototype of any realm belongs to. */
export function foreignErrorKind(prototype: object): number | undefined {
  const name = foreignNativeName(prototype);
  return name === undefined ? undefined : errorKindNamed(name);
}

/** Looking at the source of a class is slow, and programs have few classes with many instances. */
const nativeNames = new WeakMap<object, string | null>();

/** The name of the class that a prototype belongs to, if the engine itself provides it in some realm. */
export function foreignNativeName(prototype: object): string | undefined {
  let name = nativeNames.get(prototype);
  if (name === undefined) {
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    const isMaker = typeof maker === "function" && maker.prototype === prototype;
    name = (isMaker && NATIVE_SOURCE.exec(Function.prototype.toString.call(maker))?.[1]) || null;
    nativeNames.set(prototype, name);
  }
  return name ?? undefined;
}

/** A function that the engine provides. Source text cannot look like this: `[native code]` is not valid syntax. */
const NATIVE_SOURCE = /^function (\w+)\(\)\s*\{\s*\[native code\]\s*\}$/;
