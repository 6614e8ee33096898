import { CheckpointError } from "../errors.ts";
import { MAX_NESTING } from "./nesting.ts";
import { renderPath, type PathStep } from "./path.ts";

/** Says that the value at hand cannot be stored; where it is, is known further out. */
class Refusal extends Error {}

/** The reason, and what to do about it. */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}

/** Refuses an object of a class that is not known. */
export function refuseInstance(value: object): never {
  refuse(
    `it is an instance of ${describeClass(value)}; register the class in the serializer's \`types\`, ` +
      "or store plain data instead",
  );
}

/** Refuses keys that are symbols, but for one. */
export function refuseSymbolsBut(brand: symbol | undefined, value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (symbol !== brand) refuse(`it has the key ${String(symbol)}; use a string as the key`);
  }
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

function describeClass(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return "an unknown class";
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || maker.name === "") return "a class without a name";
  return maker.prototype === prototype ? `class ${maker.name}` : "a class without a constructor";
}
