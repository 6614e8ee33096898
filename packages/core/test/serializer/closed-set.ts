import { AssertionError } from "node:assert";

/** The prototypes of all that may come out of bytes. */
const PROTOTYPES = new Set<unknown>([
  null,
  ...[Object, Array, Date, RegExp, URL, Map, Set, ArrayBuffer, DataView, Buffer].map(
    (Class) => Class.prototype,
  ),
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map(
    (Class) => Class.prototype,
  ),
  ...[Uint8Array, Uint8ClampedArray, Int8Array, Int16Array, Uint16Array, Int32Array, Uint32Array].map(
    (Class) => Class.prototype,
  ),
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array].map((Class) => Class.prototype),
  ...[URLSearchParams, Headers, DOMException, AssertionError].map((Class): object => Class.prototype),
  ...["Float16Array", "SuppressedError"].map(
    (name) =>
      (globalThis as Record<string, unknown> as Record<string, { prototype: object } | undefined>)[name]
        ?.prototype,
  ),
]);

/** The first thing in a value that no bytes may bring. */
export function outsider(value: unknown, others: ReadonlySet<unknown> = new Set()): string | undefined {
  const seen = new Set<object>();
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "function" || typeof next === "symbol") return String(next);
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const prototype: unknown = Object.getPrototypeOf(next);
    if (PROTOTYPES.has(next)) return "a prototype";
    if (!PROTOTYPES.has(prototype) && !others.has(prototype))
      return `an object of ${Object.prototype.toString.call(next)}`;
    if (next instanceof Map) waiting.push(...[...next].flat());
    if (next instanceof Set) waiting.push(...next);
    if (!ArrayBuffer.isView(next)) waiting.push(...Object.values(next));
    if (next instanceof Error) waiting.push(next.message, next.cause, next.name);
  }
  return undefined;
}
