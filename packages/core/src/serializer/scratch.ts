import { ObjectNumbers } from "./object-numbers.ts";
import type { PathStep } from "./path.ts";
import { ShapeTable } from "./shape.ts";

/** Longer paths are rare, and are not kept. */
const KEPT_PATH = 32;
const KEPT_MAX = 4;

/** What an encoder notes about one value. Making it takes longer than writing a short value, so it is used again. */
export class Scratch {
  /** Shapes whose keys are already written. */
  readonly shapes: ShapeTable = new ShapeTable();
  readonly numbers: ObjectNumbers = new ObjectNumbers();
  /** The path to the current value, and what is left of longer ones. */
  readonly path: PathStep[] = [];
}

/** Taken, not shared: a value may be encoded while another one is. */
const kept: Scratch[] = [];

export function takeScratch(): Scratch {
  return kept.pop() ?? new Scratch();
}

/** Gives it back. It keeps nothing of the value. */
export function giveBack(scratch: Scratch): void {
  const { shapes, numbers, path } = scratch;
  if (kept.length === KEPT_MAX || path.length > KEPT_PATH) return;
  shapes.clear();
  numbers.clear();
  path.fill(0);
  kept.push(scratch);
}
