import { DOM_EXCEPTION, ERROR_KINDS, errorName, HIDDEN_ERROR_FIELDS, makeError } from "../types/error.ts";
import { foreignErrorKind } from "../types/natives.ts";
import { type Conversion, give, prototypesOf, readOf, UNREADABLE } from "./conversion.ts";

/** An error of an unknown class as one of the nearest native class, with all its data. */
export function convertError(value: object): Conversion | undefined {
  const kind = nearestErrorKind(value);
  if (kind === undefined) return undefined;
  const [name, message] = [textOf(value, "name"), textOf(value, "message")];
  const error = makeError(kind, message, name)!;
  // Found on the prototype as often as on the error itself.
  if (kind !== DOM_EXCEPTION) {
    if (error.name !== name) give(error, "name", name, false);
    give(error, "message", message, false);
  }
  copyFields(value, error);
  error.stack = textOf(value, "stack");
  const native = errorName(kind);
  const becomes = `comes back as ${/^[AEIOU]/.test(native) ? "an" : "a"} \`${native}\` with its name, message, stack, cause and own fields`;
  return { kind: "error", data: error, becomes };
}

function nearestErrorKind(value: object): number | undefined {
  for (const prototype of prototypesOf(value)) {
    const kind = ERROR_KINDS.get(prototype) ?? foreignErrorKind(prototype);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/**
 * All fields but the stack. Non-enumerable ones count too: libraries hide even the list of problems. Fields that
 * begin with `_` are internal and left out.
 */
function copyFields(from: object, to: Error): void {
  for (const key of Object.getOwnPropertyNames(from)) {
    if (key === "stack") continue;
    const field = readOf(from, key);
    const isListed = Object.prototype.propertyIsEnumerable.call(from, key);
    if (HIDDEN_ERROR_FIELDS.has(key)) {
      if (field !== UNREADABLE) give(to, key, field, isListed);
    } else if (isListed || (typeof field !== "function" && field !== UNREADABLE && !key.startsWith("_"))) {
      give(to, key, field);
    }
  }
}

function textOf(value: object, key: string): string {
  const text = readOf(value, key);
  return typeof text === "string" ? text : "";
}
