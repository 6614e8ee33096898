import type { CheckpointRecord, Seal } from "./port.ts";

/** The seal of a copied record. */
export function shiftSeal(seal: Seal, sealShift: number): Seal {
  return (seal + sealShift) >>> 0;
}

/** A checkpoint as a copy of its thread has it. */
export function shiftCheckpoint(record: CheckpointRecord, sealShift: number): CheckpointRecord {
  const { seal, parentSeal } = record;
  return { ...record, seal: shiftSeal(seal, sealShift), parentSeal: shiftSeal(parentSeal, sealShift) };
}
