import type { ClassName } from "./types/class-table.ts";

/** The reviver as the readers of single types see it. */
export interface ValueReader {
  /** Makes the value that a node of the decoded tree stands for. */
  value(node: unknown): unknown;
  /** Whether a node stands for something that could not be stored; its value is `undefined`. */
  isOmitted(node: unknown): boolean;
  text(node: unknown): string;
  /** Gives an object the next number. This has to happen before its parts are read, as it did when writing. */
  number(value: object): void;
  /** Gives the next number to an object that can be made only after its parts. */
  reserve(): (value: object) => void;
  prototypeOf(name: ClassName): object;
}
