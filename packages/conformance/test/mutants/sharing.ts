import type { CheckpointTuple } from "@threadmark/core";
import { alterGet, alterTuples, keyOf, placeOf } from "./alter.ts";
import { note, patch, tick, type Mutant } from "./mutant.ts";

/** The object that was met first of those that look the same. */
class FirstOfItsKind {
  readonly #seen = new Map<string, unknown>();

  of<T>(value: T, ...key: readonly unknown[]): T {
    if (typeof value !== "object" || value === null) return value;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && !Array.isArray(value)) return value;
    const name = nameOf(value, key);
    if (name === undefined) return value;
    if (!this.#seen.has(name)) this.#seen.set(name, value);
    return this.#seen.get(name) as T;
  }
}

function nameOf(value: unknown, key: readonly unknown[]): string | undefined {
  try {
    return keyOf(value, key);
  } catch {
    return undefined;
  }
}

function valuesThrough(tuple: CheckpointTuple, same: (value: unknown) => unknown): CheckpointTuple {
  const values = Object.entries(tuple.checkpoint.channel_values).map(([name, value]) => [name, same(value)]);
  return { ...tuple, checkpoint: { ...tuple.checkpoint, channel_values: Object.fromEntries(values) } };
}

export const sharingMutants: readonly Mutant[] = [
  {
    name: "a listing decodes equal values once",
    clause: "aliasing/tuples-of-a-listing-are-apart",
    breakSaver(saver) {
      patch(
        saver,
        "list",
        (list) =>
          async function* shared(config, options) {
            const first = new FirstOfItsKind();
            for await (const tuple of list(config, options))
              yield valuesThrough(tuple, (one) => first.of(one));
          },
      );
    },
  },
  {
    name: "the values of writes are kept and handed out again",
    clause: "aliasing/reads-are-fresh",
    breakSaver(saver) {
      const first = new FirstOfItsKind();
      alterTuples(saver, (tuple) => ({
        ...tuple,
        pendingWrites: (tuple.pendingWrites ?? []).map(
          ([task, channel, value]): [string, string, unknown] => [
            task,
            channel,
            first.of(value, placeOf(tuple.config), task, channel),
          ],
        ),
      }));
    },
  },
  {
    name: "versions_seen is kept and handed out again",
    clause: "aliasing/reads-are-fresh",
    breakSaver(saver) {
      const first = new FirstOfItsKind();
      alterGet(saver, (tuple) => {
        const seen = first.of(tuple.checkpoint.versions_seen, placeOf(tuple.config));
        return { ...tuple, checkpoint: { ...tuple.checkpoint, versions_seen: seen } };
      });
    },
  },
  {
    name: "getTuple waits before it reads its config",
    clause: "aliasing/reading-takes-its-arguments-at-the-call",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        await Promise.resolve();
        return getTuple(config);
      });
    },
  },
  {
    name: "a history is kept and handed out again",
    clause: "aliasing/histories-are-fresh",
    breakSaver(saver) {
      const kept = new Map<string, unknown>();
      patch(saver, "getDeltaChannelHistory", (read) => async (options) => {
        const key = keyOf(placeOf(options.config), options.channels);
        const history = kept.get(key) ?? (await read(options));
        kept.set(key, history);
        return history as Awaited<ReturnType<typeof read>>;
      });
    },
  },
  {
    name: "puts into two namespaces of a thread at once: the second is lost",
    clause: "concurrency/threads-and-namespaces-at-once",
    breakSaver(saver, store) {
      const busy = note(store, "busy", () => new Map<string, string>());
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const other = busy.get(thread);
        if (other !== undefined && other !== namespace) {
          return {
            configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: checkpoint.id },
          };
        }
        busy.set(thread, namespace);
        try {
          return await put(config, checkpoint, ...rest);
        } finally {
          busy.delete(thread);
        }
      });
    },
  },
  {
    name: "puts into two threads at once mix up their metadata",
    clause: "concurrency/threads-and-namespaces-at-once",
    breakSaver(saver) {
      let running = 0;
      let last: { readonly thread: string; readonly metadata: Parameters<typeof saver.put>[2] } | undefined;
      patch(saver, "put", (put) => async (config, checkpoint, metadata, versions) => {
        const { thread } = placeOf(config);
        const wrong = running > 0 && last !== undefined && last.thread !== thread ? last.metadata : metadata;
        last = { thread, metadata };
        running++;
        try {
          return await put(config, checkpoint, wrong, versions);
        } finally {
          running--;
        }
      });
    },
  },
  {
    name: "writes to two checkpoints at once are mixed up",
    clause: "concurrency/threads-and-namespaces-at-once",
    breakSaver(saver) {
      let running = 0;
      let last: { readonly key: string; readonly writes: Parameters<typeof saver.putWrites>[1] } | undefined;
      patch(saver, "putWrites", (putWrites) => async (config, writes, ...rest) => {
        const key = keyOf(placeOf(config));
        const wrong = running > 0 && last !== undefined && last.key !== key ? last.writes : writes;
        last = { key, writes };
        running++;
        try {
          await putWrites(config, wrong, ...rest);
        } finally {
          running--;
        }
      });
    },
  },
  {
    name: "two copies at once to one thread are both made",
    clause: "copy/of-many-at-once-one-wins",
    breakSaver(saver, store) {
      const busy = note(store, "copies", () => new Set<string>());
      patch(saver, "copyThread", (copy) => async (from, to) => {
        if (busy.has(to)) return undefined;
        busy.add(to);
        try {
          await tick();
          return await copy(from, to);
        } finally {
          busy.delete(to);
        }
      });
    },
  },
];
