import { degradePut, degradeWrites, KEEP } from "./degrade.ts";
import type { Mutant } from "./mutant.ts";

function isInstance(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const { constructor } = value;
  return typeof constructor === "function" && /^class\b/.test(Function.prototype.toString.call(constructor));
}

export const conversionMutants: readonly Mutant[] = [
  {
    name: "an object with a function in it is dropped",
    clause: "conversion/nothing-else-is-lost",
    breakSaver(saver) {
      degradePut(saver, (value) => {
        const parts: unknown[] = typeof value === "object" && value !== null ? Object.values(value) : [];
        return parts.some((part) => typeof part === "function") && "before" in (value as object) ? {} : KEEP;
      });
    },
  },
  {
    name: "instances are stored without their toJSON",
    clause: "conversion/instances-come-back-as-their-data",
    breakSaver(saver) {
      degradeWrites(saver, (value) => (isInstance(value) && "toJSON" in value ? { ...value } : KEEP));
    },
  },
  {
    name: "errors are stored as JSON does it",
    clause: "conversion/errors-keep-what-they-say",
    breakSaver(saver) {
      degradePut(saver, (value) => (value instanceof Error && isInstance(value) ? { ...value } : KEEP));
    },
  },
  {
    name: "functions are dropped from arrays",
    clause: "conversion/functions-are-left-out-and-positions-stay",
    breakSaver(saver) {
      degradePut(saver, (value) =>
        Array.isArray(value) && typeof value[1] === "function"
          ? value.filter((item) => typeof item !== "function")
          : KEEP,
      );
    },
  },
  {
    name: "every meeting of an instance is converted",
    clause: "conversion/an-instance-that-occurs-twice-is-one",
    breakSaver(saver) {
      degradeWrites(saver, (value) => (isInstance(value) && "total" in value ? { ...value } : KEEP));
    },
  },
  {
    name: "a channel with a function is stored empty",
    clause: "conversion/a-function-as-the-whole-value-is-refused",
    breakSaver(saver) {
      degradePut(saver, (value) => (typeof value === "function" ? undefined : KEEP));
    },
  },
];
