import { isDeepStrictEqual } from "node:util";
import type { Doc } from "./driver.ts";

/*
 * The server sets the times of a thread by its own clock, and has no hash. So what decides about a thread, and has no
 * checksum, is stored twice: in two fields, each written with the same value or by the same expression, never copied
 * from the other, which may be damaged.
 */

/** The field with the second copy of a field. */
export function copyOf(field: string): string {
  return `${field}Copy`;
}

/** Fields and their copies. */
export function twice(fields: Doc): Doc {
  const copies = Object.entries(fields).map(([field, value]) => [copyOf(field), value]);
  return { ...fields, ...Object.fromEntries(copies) };
}

/** Whether a field is the same as its copy, as an expression of the server: two that are missing are equal. */
export function isSameTwice(field: string): Doc {
  return { $eq: [`$${field}`, `$${copyOf(field)}`] };
}

/** The same for what was read. */
export function agrees(doc: Doc, field: string): boolean {
  return isDeepStrictEqual(doc[field] ?? undefined, doc[copyOf(field)] ?? undefined);
}
