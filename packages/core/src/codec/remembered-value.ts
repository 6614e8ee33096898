import { standsAt } from "../runtime.ts";
import { rebuild } from "../serializer/incremental/rebuild.ts";
import type { EncodedBefore, Trace } from "../serializer/incremental/trace.ts";
import { costOfTrace, textCost } from "../serializer/incremental/token-cost.ts";
import { HEAD_BYTES, HEADER_BYTES } from "../serializer/envelope.ts";
import type { StoredValue } from "./stored-value.ts";

export type Primitive = string | number | bigint | boolean | null | undefined;

/** How the value of a channel was stored the last time. It holds nothing that can change. */
export interface RememberedValue {
  readonly stored: StoredValue;
  /** How it was encoded; `undefined` for a primitive. */
  readonly before: EncodedBefore | undefined;
  /** The value, if it is a primitive. */
  readonly primitive: Primitive;
  /** Memory that it takes. */
  readonly cost: number;
}

/** The object, its place in a map, and the bytes of the record. Measured, and kept right by the test `memory-cost`. */
const REMEMBERED_COST = 420;

export function isPrimitive(value: unknown): value is Primitive {
  return (
    value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol")
  );
}

/**
 * What to remember of a primitive.
 *
 * @param size How many bytes it has.
 */
export function rememberPrimitive(primitive: Primitive, size: number, stored: StoredValue): RememberedValue {
  const text = typeof primitive === "string" ? textCost(primitive, size - HEADER_BYTES) : 0;
  return { stored, before: undefined, primitive, cost: REMEMBERED_COST + stored.bytes.length + text };
}

/** What to remember of a value with a trace. A value that stays in its record is not worth it: `undefined`. */
export function rememberTrace(trace: Trace, size: number, stored: StoredValue): RememberedValue | undefined {
  if (!stored.cut) return undefined;
  const before = { trace, pieces: stored.cut.leaves, size };
  return { stored, before, primitive: undefined, cost: REMEMBERED_COST + HEAD_BYTES + costOfTrace(trace) };
}

/**
 * The value of stored bytes, if it is the remembered one. It shares nothing that can change with what is remembered;
 * `undefined` where it has to be decoded.
 */
export function valueAgain(
  remembered: RememberedValue | undefined,
  stored: Uint8Array,
): { readonly value: unknown } | undefined {
  if (!remembered || !sameBytes(remembered.stored.bytes, stored)) return undefined;
  const { before, primitive } = remembered;
  return before ? rebuild(before.trace) : { value: primitive };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && standsAt(right, 0, left);
}
