import { CheckpointError } from "../errors.ts";
import { MAX_NESTING, renderPath, type PathStep } from "./path.ts";

/** Thrown for a value that cannot be stored; the callers know its place. */
class Refusal extends Error {}

/** The reason, and what to do about it. */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}

export function refuseDepth(): never {
  refuse(`it is nested deeper than ${MAX_NESTING} levels; store it in a flatter form`);
}

/** The error for whatever went wrong while the value at `steps` was being written. */
export function notSerializable(error: unknown, steps: readonly PathStep[]): CheckpointError {
  const path = renderPath(steps);
  if (error instanceof Refusal) {
    return new CheckpointError("NOT_SERIALIZABLE", `${path} cannot be stored: ${error.message}`, { path });
  }
  const text = error instanceof Error ? error.message : "an unknown error";
  return new CheckpointError("NOT_SERIALIZABLE", `${path} cannot be stored: reading it failed: ${text}`, {
    path,
    cause: error,
  });
}
