import { CheckpointError } from "../errors.ts";

/** The version after `current`: 1, 2, 3, … */
export function nextVersion(current: unknown): number {
  if (typeof current !== "string") return current === undefined ? 1 : (current as number) + 1;
  const message = "versions that are strings come from another saver; this one uses numbers";
  throw new CheckpointError("INVALID_ARGUMENT", message, { field: "current" });
}
