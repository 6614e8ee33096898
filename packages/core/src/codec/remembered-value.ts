import { rebuild } from "../serializer/incremental/rebuild.ts";
import { type EncodedBefore, type Trace, costOfTrace, textCost } from "../serializer/incremental/trace.ts";
import { HEAD_BYTES, HEADER_BYTES } from "../serializer/envelope.ts";
import type { StoredValue } from "./stored-value.ts";

export type Primitive = string | number | bigint | boolean | null | undefined;

/** How the value of a channel was stored the last time. It holds nothing that can change. */
export interface RememberedValue {
  readonly stored: StoredValue;
  /** How many bytes it has, encoded. */
  readonly size: number;
  /** How it was encoded, if that was noted. */
  readonly before: EncodedBefore | undefined;
  /** The value, if it is a primitive. */
  readonly primitive: { readonly value: Primitive } | undefined;
  /** The memory that it takes. */
  readonly cost: number;
}

/** The object, its place in a map, and the bytes of the record. Measured, and checked by the test `memory-cost`. */
const REMEMBERED_COST = 420;

/** From this size on, noting how a value is encoded takes less time than encoding the next one as a whole. */
const WORTH_NOTING = 1024;

export function isPrimitive(value: unknown): value is Primitive {
  return (
    value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol")
  );
}

/** Whether to note how the next value is encoded: a short one, or one that is stored only once, is not worth it. */
export function isWorthNoting(last: RememberedValue | undefined): boolean {
  return last !== undefined && last.primitive === undefined && last.size >= WORTH_NOTING;
}

export function rememberPrimitive(value: Primitive, size: number, stored: StoredValue): RememberedValue {
  const text = typeof value === "string" ? textCost(value, size - HEADER_BYTES) : 0;
  const cost = REMEMBERED_COST + stored.bytes.length + text;
  return { stored, size, before: undefined, primitive: { value }, cost };
}

/**
 * What to remember of an object; nothing if it is short.
 *
 * @param trace How it was encoded, if that was noted.
 */
export function rememberObject(
  trace: Trace | undefined,
  size: number,
  stored: StoredValue,
): RememberedValue | undefined {
  if (stored.cut === undefined && size < WORTH_NOTING) return undefined;
  const before = trace && stored.cut && { trace, pieces: stored.cut.leaves, size };
  const cost = REMEMBERED_COST + stored.bytes.length + (before ? HEAD_BYTES + costOfTrace(before.trace) : 0);
  return { stored, size, before, primitive: undefined, cost };
}

/**
 * The remembered value. It shares nothing that can change with what is remembered; `undefined` where it has to be
 * decoded.
 */
export function valueAgain({ before, primitive }: RememberedValue): { readonly value: unknown } | undefined {
  return primitive ?? (before && rebuild(before.trace));
}
