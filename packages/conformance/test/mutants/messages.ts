import { alterTuples } from "./alter.ts";
import type { Mutant } from "./mutant.ts";

/** As a serializer that knows no classes would return it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isInstance = prototype !== Object.prototype && prototype !== null && "constructor" in value;
  const known = [Date, Map, Set, RegExp, Error, ArrayBuffer, URL].some((type) => value instanceof type);
  return isInstance && !known && !ArrayBuffer.isView(value) ? { ...value } : value;
}

export const messageMutants: readonly Mutant[] = [
  {
    name: "messages in channels lose their class",
    clause: "messages/stay-messages",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const values = Object.entries(tuple.checkpoint.channel_values);
        const changed = Object.fromEntries(values.map(([name, value]) => [name, plain(value)]));
        return { ...tuple, checkpoint: { ...tuple.checkpoint, channel_values: changed } };
      });
    },
  },
  {
    name: "sends and commands in pending writes lose their class",
    clause: "messages/sends-and-commands-stay-what-they-are",
    breakSaver(saver) {
      alterTuples(saver, ({ pendingWrites, ...tuple }) => {
        const changed = pendingWrites?.map(([task, channel, value]): [string, string, unknown] => [
          task,
          channel,
          plain(value),
        ]);
        return changed ? { ...tuple, pendingWrites: changed } : tuple;
      });
    },
  },
];
