import { wrongArgument } from "../options.ts";

/** The version after `current`: 1, 2, 3, … */
export function nextVersion(current: unknown): number {
  if (typeof current !== "string") return current === undefined ? 1 : (current as number) + 1;
  throw wrongArgument("current", "is a string, so it is from another saver; this one uses numbers");
}
