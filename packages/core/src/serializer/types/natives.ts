import { hostClass } from "../host.ts";
import { ARRAY_BUFFER } from "./array-buffer.ts";
import { DATE } from "./date.ts";
import { ERRORS, nodeErrorKind } from "./error.ts";
import { foreignName } from "./foreign-name.ts";
import { HOST_OBJECTS } from "./host-object.ts";
import { MAP } from "./map.ts";
import type { NativeClass } from "./native-class.ts";
import { REGEXP } from "./regexp.ts";
import { SET } from "./set.ts";
import { URL_CLASS } from "./url.ts";
import { VIEWS } from "./view.ts";

const CLASSES = [DATE, REGEXP, URL_CLASS, MAP, SET, ARRAY_BUFFER, ...VIEWS, ...ERRORS, ...HOST_OBJECTS];

const BY_NAME: ReadonlyMap<string, NativeClass> = new Map(CLASSES.map((native) => [native.name, native]));

const BY_PROTOTYPE: ReadonlyMap<object, NativeClass> = new Map(
  CLASSES.flatMap((native) => {
    const found = hostClass(native.name);
    return found === undefined ? [] : [[found.prototype, native] as const];
  }),
);

/** The class with a prototype of this realm. */
export function nativeOf(prototype: object): NativeClass | undefined {
  return BY_PROTOTYPE.get(prototype);
}

/** Whether instances are stored without a registration. */
export function isNativePrototype(prototype: object): boolean {
  const native = BY_PROTOTYPE.get(prototype);
  if (native === undefined) return prototype === Object.prototype || prototype === Array.prototype;
  return !HOST_OBJECTS.includes(native);
}

/**
 * The class with a prototype that no global of this realm has: one of Node's own errors, or a class of another realm.
 * Test runners and `node:vm` make values whose classes are native but not ours. They come back as values of this realm.
 */
export function foreignNative(prototype: object): NativeClass | "Object" | "Array" | undefined {
  // A test clock may have replaced `Date` after this module was loaded.
  if (prototype === Date.prototype) return DATE;
  const error = nodeErrorKind(prototype);
  if (error !== undefined) return ERRORS[error];
  const name = foreignName(prototype);
  if (name === "Object" || name === "Array") return name;
  return name === undefined ? undefined : BY_NAME.get(name);
}
