import type { Seal } from "./port.ts";

/** The seal of a copied record. */
export function shiftSeal(seal: Seal, sealShift: number): Seal {
  return (seal + sealShift) >>> 0;
}
