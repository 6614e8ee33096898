import type { ClassName } from "./class-table.ts";

/** What the readers of single types see of the raiser. */
export interface ValueReader {
  /** Makes the value that a node of the decoded tree stands for. */
  value(node: unknown): unknown;
  /** Whether a node stands for what could not be stored; its value is `undefined`. */
  isOmitted(node: unknown): boolean;
  text(node: unknown): string;
  /** Gives an object the next number. Has to happen before its parts are read, as it was in writing. */
  number(value: object): void;
  prototypeOf(name: ClassName): object;
}
