import { CheckpointError, isCheckpointError } from "@threadmark/core";
import { alterTuples } from "./alter.ts";
import { type Degrade, degradePut, degradeWrites, KEEP } from "./degrade.ts";
import { patch, type Mutant } from "./mutant.ts";

function valueMutant(clause: string, name: string, change: Degrade): Mutant {
  return {
    name,
    clause,
    breakSaver(saver) {
      degradePut(saver, change);
      degradeWrites(saver, change);
    },
  };
}

function sharedTwice(value: object): boolean {
  const seen = new Set<unknown>();
  let shared = false;
  const walk = (inner: unknown, depth: number): void => {
    if (typeof inner !== "object" || inner === null || depth > 20) return;
    if (seen.has(inner)) shared = true;
    seen.add(inner);
    for (const item of Object.values(inner)) walk(item, depth + 1);
  };
  walk(value, 0);
  return shared;
}

/** Whether JSON can write it at all, cycles being what it cannot. */
function isTree(value: object): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

export const valueMutants: readonly Mutant[] = [
  valueMutant("values/plain-data", "large integers are cut to 32 bits", (value) =>
    Number.isInteger(value) && Math.abs(value as number) > 2 ** 32 && Math.abs(value as number) < 2 ** 54
      ? (value as number) | 0
      : KEEP,
  ),
  valueMutant("values/strings", "half surrogates are replaced", (value) =>
    typeof value === "string" && !value.isWellFormed() ? value.toWellFormed() : KEEP,
  ),
  {
    name: "keys whose value is undefined are dropped",
    clause: "values/undefined",
    breakSaver(saver) {
      degradePut(saver, (value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) return KEEP;
        if (Object.getPrototypeOf(value) !== Object.prototype) return KEEP;
        const entries = Object.entries(Object.getOwnPropertyDescriptors(value));
        const left = entries.filter(([, { value: item, get }]) => item !== undefined || get);
        return left.length === entries.length
          ? KEEP
          : Object.fromEntries(left.map(([key, { value: item }]) => [key, item as unknown]));
      });
    },
  },
  valueMutant("values/special-numbers", "NaN becomes null", (value) => (Number.isNaN(value) ? null : KEEP)),
  valueMutant("values/bigints", "BigInts become strings", (value) =>
    typeof value === "bigint" ? String(value) : KEEP,
  ),
  valueMutant("values/dates", "Dates become strings", (value) =>
    value instanceof Date ? JSON.stringify(value) : KEEP,
  ),
  valueMutant("values/regular-expressions", "flags of regular expressions are lost", (value) =>
    value instanceof RegExp && value.flags !== "" ? new RegExp(value.source) : KEEP,
  ),
  valueMutant("values/urls", "URLs become strings", (value) => (value instanceof URL ? value.href : KEEP)),
  valueMutant("values/maps", "keys of maps become strings", (value) =>
    value instanceof Map && [...value.keys()].some((key) => typeof key === "number")
      ? new Map([...value].map(([key, item]) => [String(key), item]))
      : KEEP,
  ),
  valueMutant("values/sets", "sets are sorted", (value) =>
    value instanceof Set && value.size > 1 ? new Set([...value].map(String).toSorted()) : KEEP,
  ),
  valueMutant("values/errors", "of errors the message is kept", (value) =>
    value instanceof Error ? new Error(value.message) : KEEP,
  ),
  valueMutant("values/sparse-arrays", "holes become undefined", (value) =>
    Array.isArray(value) && Object.keys(value).length < value.length ? Array.from(value) : KEEP,
  ),
  valueMutant("values/shared-references", "shared objects become copies", (value) =>
    Array.isArray(value) && sharedTwice(value) && isTree(value)
      ? (JSON.parse(JSON.stringify(value)) as unknown)
      : KEEP,
  ),
  valueMutant("values/circular-references", "cycles become a text", (value) => {
    if (typeof value !== "object" || value === null || !Reflect.has(value, "self")) return KEEP;
    return Reflect.get(value, "self") === value ? { ...value, self: "[Circular]" } : KEEP;
  }),
  valueMutant("values/own-keys-of-any-name", "an own key __proto__ is lost", (value) => {
    const own = typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__");
    return own ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== "__proto__")) : KEEP;
  }),
  {
    name: "marks of a serializer in data are revived",
    clause: "values/look-alikes",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => ({
        ...tuple,
        pendingWrites: (tuple.pendingWrites ?? []).map(([task, channel, value]) => {
          const mark = typeof value === "object" && value !== null && Reflect.get(value, "lc") === 2;
          return [task, channel, mark ? undefined : value];
        }),
      }));
    },
  },
];

const plain = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.constructor === Uint8Array;

export const binaryMutants: readonly Mutant[] = [
  {
    name: "bytes of pending writes go through text",
    clause: "binary/bytes-stay-bytes",
    breakSaver(saver) {
      degradeWrites(saver, (value) =>
        plain(value) ? new TextEncoder().encode(new TextDecoder().decode(value)) : KEEP,
      );
    },
  },
  valueMutant("binary/views-keep-their-part", "the whole buffer of a view is stored", (value) =>
    plain(value) && value.byteLength < value.buffer.byteLength ? new Uint8Array(value.buffer) : KEEP,
  ),
  valueMutant("binary/typed-arrays-keep-their-class", "typed arrays become arrays", (value) =>
    value instanceof Float32Array ? [...value] : KEEP,
  ),
  valueMutant("binary/buffers-stay-buffers", "Buffers become Uint8Arrays", (value) =>
    Buffer.isBuffer(value) ? new Uint8Array(value) : KEEP,
  ),
];

export const refusalMutants: readonly Mutant[] = [
  {
    name: "put drops functions",
    clause: "refusal/put-refuses-what-it-cannot-keep",
    breakSaver(saver) {
      degradePut(saver, (value) => (typeof value === "function" ? undefined : KEEP));
    },
  },
  {
    name: "putWrites drops functions",
    clause: "refusal/put-writes-refuses-what-it-cannot-keep",
    breakSaver(saver) {
      degradeWrites(saver, (value) => (typeof value === "function" ? undefined : KEEP));
    },
  },
  {
    name: "deep values are cut",
    clause: "refusal/deep-values-are-kept-or-refused",
    breakSaver(saver) {
      degradePut(saver, (value) => {
        let depth = 0;
        for (let inner = value; Array.isArray(inner) && inner !== inner[0]; inner = inner[0]) depth++;
        return depth > 1000 ? [["cut"]] : KEEP;
      });
    },
  },
  {
    name: "long texts are cut",
    clause: "refusal/large-values-are-kept",
    breakSaver(saver) {
      degradePut(saver, (value) =>
        typeof value === "string" && value.length > 16_000 ? value.slice(0, 16_000) : KEEP,
      );
    },
  },
  {
    name: "the path of a value that is refused is not told",
    clause: "refusal/errors-name-the-place",
    breakSaver(saver) {
      patch(
        saver,
        "put",
        (put) =>
          (...args) =>
            put(...args).catch((error: unknown) => {
              throw isCheckpointError(error) ? new CheckpointError(error.code, error.message) : error;
            }),
      );
    },
  },
];

export const serdeMutants: readonly Mutant[] = [
  {
    name: "the type of a value is not stored",
    clause: "serde/type-and-bytes-are-kept",
    breakOptions(options) {
      const { serde } = options;
      if (serde === undefined) return options;
      const untyped = {
        dumpsTyped: (data: unknown) => serde.dumpsTyped(data),
        loadsTyped: async (_: string, data: Uint8Array | string): Promise<unknown> =>
          (await serde.loadsTyped("json", data)) as unknown,
      };
      return { ...options, serde: untyped };
    },
  },
  {
    name: "the writes before one that fails are stored",
    clause: "serde/a-failure-writes-nothing",
    breakSaver(saver) {
      patch(
        saver,
        "putWrites",
        (putWrites) =>
          (config, writes, ...rest) =>
            putWrites(config, writes, ...rest).catch(async (error: unknown) => {
              if (writes.length > 2) await putWrites(config, writes.slice(0, 1), ...rest);
              throw error;
            }),
      );
    },
  },
];
