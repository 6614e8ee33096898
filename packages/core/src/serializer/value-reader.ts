import type { ClassName } from "./types/class-table.ts";

/** What the readers of single types see of the reviver. */
export interface ValueReader {
  /** Makes the value that a node of the decoded tree stands for. */
  value(node: unknown): unknown;
  /** Whether a node stands for what could not be stored; its value is `undefined`. */
  isOmitted(node: unknown): boolean;
  text(node: unknown): string;
  /** Gives an object the next number. Has to happen before its parts are read, as it was in writing. */
  number(value: object): void;
  /** Gives the next number to an object that can be made only after its parts. */
  reserve(): (value: object) => void;
  prototypeOf(name: ClassName): object;
}
