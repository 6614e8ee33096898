import { alterGet, alterTuples, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

/** Defects of savers in use that a suite without these clauses would not notice. */
export const blindSpotMutants: readonly Mutant[] = [
  {
    name: "the latest is the one with the latest time",
    clause: "get/the-time-of-a-checkpoint-orders-nothing",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const found = await getTuple(config);
        if (placeOf(config).id !== undefined || !found) return found;
        let latest = found;
        for await (const tuple of saver.list(found.config && { configurable: omitId(found.config) })) {
          if (tuple.checkpoint.ts > latest.checkpoint.ts) latest = tuple;
        }
        return latest === found ? found : getTuple(latest.config);
      });
    },
  },
  {
    name: "a parent that is not stored is not named",
    clause: "get/a-parent-that-is-not-stored-is-still-named",
    breakSaver(saver) {
      const { getTuple } = saver;
      const find = getTuple.bind(saver);
      alterGet(saver, (tuple) => tuple);
      patch(saver, "getTuple", (get) => async (config) => {
        const tuple = await get(config);
        if (!tuple?.parentConfig || (await find(tuple.parentConfig))) return tuple;
        return omit(tuple, "parentConfig");
      });
    },
  },
  {
    name: "an id is looked for in every namespace",
    clause: "isolation/an-id-belongs-to-its-namespace",
    breakSaver(saver, store) {
      const namespaces = note(store, "namespaces", () => new Set<string>());
      patch(saver, "put", (put) => async (config, ...rest) => {
        namespaces.add(placeOf(config).namespace);
        return put(config, ...rest);
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const found = await getTuple(config);
        if (found || placeOf(config).id === undefined) return found;
        for (const namespace of namespaces) {
          const other = await getTuple({
            configurable: { ...config.configurable, checkpoint_ns: namespace },
          });
          if (other) return other;
        }
        return undefined;
      });
    },
  },
  {
    name: "an answer of null is not stored",
    clause: "writes/falsy-values-are-writes",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => (config, writes, ...rest) => {
        const kept = writes.filter(([channel, value]) => channel !== "__resume__" || value !== null);
        return putWrites(config, kept, ...rest);
      });
    },
  },
  {
    name: "deleteThread is missing",
    clause: "opening/has-the-methods-of-a-checkpointer",
    others: 40,
    breakSaver(saver) {
      Object.setPrototypeOf(saver, withoutDelete(saver));
    },
  },
  {
    name: "values of 500 levels cannot be read back",
    clause: "refusal/deep-values-are-kept-or-refused",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const depths = Object.values(tuple.checkpoint.channel_values).map(depthOf);
        if (depths.some((depth) => depth > 400 && depth < 600)) throw new RangeError("too deep");
        return tuple;
      });
    },
  },
];

function omitId({
  configurable,
}: {
  readonly configurable?: Record<string, unknown>;
}): Record<string, unknown> {
  return omit(configurable, "checkpoint_id");
}

/** The saver's prototype without the method, so that not even `in` finds it. */
function withoutDelete(saver: object): object {
  const visible = new Map<PropertyKey, PropertyDescriptor>();
  for (let proto: unknown = Object.getPrototypeOf(saver); proto && proto !== Object.prototype;) {
    for (const key of Reflect.ownKeys(proto)) {
      if (!visible.has(key)) visible.set(key, Object.getOwnPropertyDescriptor(proto, key)!);
    }
    proto = Object.getPrototypeOf(proto);
  }
  visible.delete("deleteThread");
  return Object.defineProperties({}, Object.fromEntries(visible));
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let inner = value; Array.isArray(inner); inner = inner[0] as unknown) depth++;
  return depth;
}
