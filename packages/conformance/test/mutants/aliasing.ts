import type { CheckpointTuple } from "@threadmark/core";
import { alterTuples, keyOf, omit, placeOf, ThreadNotes } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

function isJson(value: unknown): boolean {
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) {
    return !Number.isNaN(value);
  }
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return Object.values(value).every(isJson);
}

export const aliasingMutants: readonly Mutant[] = [
  {
    name: "put reads the values after an await",
    clause: "aliasing/put-reads-values-at-the-call",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, metadata, versions) => {
        const ids = { ...config, configurable: { ...config.configurable } };
        const values = { ...checkpoint };
        await Promise.resolve();
        return put(ids, values, metadata, versions);
      });
    },
  },
  {
    name: "put reads the ids after an await",
    clause: "aliasing/ids-are-read-at-the-call",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, metadata, versions) => {
        const rest = omit(checkpoint, "id");
        if (!isJson(rest) || !isJson(metadata)) return put(config, checkpoint, metadata, versions);
        const copies = structuredClone({ rest, metadata, versions });
        await Promise.resolve();
        const late = { ...copies.rest, id: checkpoint.id };
        return put(config, late, copies.metadata, copies.versions);
      });
    },
  },
  {
    name: "putWrites reads the writes after an await",
    clause: "aliasing/put-writes-reads-its-arguments-at-the-call",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, ...rest) => {
        const ids = { configurable: { ...config.configurable } };
        await Promise.resolve();
        await putWrites(ids, ...rest);
      });
    },
  },
  {
    name: "put marks the checkpoint as stored",
    clause: "aliasing/arguments-are-not-changed",
    breakSaver(saver) {
      patch(saver, "put", (put) => (config, checkpoint, ...rest) => {
        const stored = put(config, checkpoint, ...rest);
        Object.assign(checkpoint, { stored: true });
        return stored;
      });
    },
  },
  {
    name: "reads return what is kept",
    clause: "aliasing/reads-are-fresh",
    breakSaver(saver, store) {
      const kept = note(store, "kept", () => new Map<string, CheckpointTuple>());
      for (const name of ["put", "putWrites", "deleteThread", "prune", "deleteForRuns"] as const) {
        patch(saver, name, (original) => (...args: unknown[]) => {
          kept.clear();
          return (Reflect.apply(original, saver, args) as Promise<unknown>).finally(() => {
            kept.clear();
          }) as never;
        });
      }
      patch(saver, "getTuple", (getTuple) => async (config) => {
        if (store.options.ttl !== undefined) return getTuple(config);
        const { thread, namespace, id } = placeOf(config);
        const known = kept.get(keyOf(thread, namespace, id));
        if (known !== undefined) return known;
        const found = await getTuple(config);
        if (found !== undefined) kept.set(keyOf(thread, namespace, id), found);
        return found;
      });
    },
  },
  {
    name: "bytes of pending writes are kept, not copied",
    clause: "aliasing/bytes-are-copied",
    breakSaver(saver, store) {
      const kept = note(store, "bytes", () => new ThreadNotes<Uint8Array>());
      patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        for (const [channel, value] of writes) {
          const plain = value instanceof Uint8Array && value.constructor === Uint8Array;
          const place = [namespace, id, task, channel];
          if (plain && kept.get(thread, ...place) === undefined) kept.set(thread, place, value);
        }
        return putWrites(config, writes, task, path);
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const pendingWrites = (tuple.pendingWrites ?? []).map(
          ([task, channel, value]): [string, string, unknown] => {
            return [task, channel, kept.get(thread, namespace, id, task, channel) ?? value];
          },
        );
        return { ...tuple, pendingWrites };
      });
    },
  },
];
