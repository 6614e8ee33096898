import { ThreadNotes, alterTuples, alterValues, keyOf, placeOf } from "./alter.ts";
import { note, patch, tick, type Mutant } from "./mutant.ts";

/** Counts of calls that are running, by key. */
class Running {
  readonly #counts = new Map<string, number>();

  has(key: string): boolean {
    return (this.#counts.get(key) ?? 0) > 0;
  }

  async during<T>(key: string, call: () => Promise<T>): Promise<T> {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    try {
      return await call();
    } finally {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) - 1);
    }
  }
}

export const concurrencyMutants: readonly Mutant[] = [
  {
    name: "writes that arrive while their checkpoint is being put are lost",
    clause: "concurrency/put-during-put-writes-keeps-both",
    breakSaver(saver, store) {
      const running = note(store, "puts", () => new Running());
      patch(saver, "put", (put) => (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        return running.during(keyOf(thread, namespace, checkpoint.id), async () => {
          const stored = await put(config, checkpoint, ...rest);
          await tick();
          return stored;
        });
      });
      patch(saver, "putWrites", (putWrites) => async (config, ...rest) => {
        const { thread, namespace, id } = placeOf(config);
        if (!running.has(keyOf(thread, namespace, id))) await putWrites(config, ...rest);
      });
    },
  },
  {
    name: "a write is looked for and then inserted",
    clause: "concurrency/identical-writes-at-once-are-one",
    breakSaver(saver, store) {
      const running = note(store, "writes", () => new Running());
      const twice = note(store, "twice", () => new ThreadNotes<boolean>());
      patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        const json = writes.every(([, value]) => typeof value === "string");
        const key = keyOf(thread, namespace, id, task, json ? writes : {});
        if (json && running.has(key)) twice.set(thread, [namespace, id, task], true);
        return running.during(key, () => putWrites(config, writes, task, path));
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const writes = tuple.pendingWrites ?? [];
        const again = writes.filter(([task]) => twice.get(thread, namespace, id, task));
        return { ...tuple, pendingWrites: [...writes, ...again] };
      });
    },
  },
  {
    name: "batches at once are mixed",
    clause: "concurrency/competing-writes-leave-one-winner",
    breakSaver(saver, store) {
      const running = note(store, "writes", () => new Running());
      const mixed = note(store, "mixed", () => new ThreadNotes<[string, unknown]>());
      patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        const key = keyOf(thread, namespace, id, task);
        const last = writes.at(-1);
        const competing = running.has(key) && writes.length > 1 && typeof last?.[1] === "number";
        if (competing) mixed.set(thread, [namespace, id, task], last);
        return running.during(key, () => putWrites(config, writes, task, path));
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const pendingWrites = (tuple.pendingWrites ?? []).map(
          ([task, channel, value]): [string, string, unknown] => {
            const other = mixed.get(thread, namespace, id, task);
            return [task, channel, other?.[0] === channel ? other[1] : value];
          },
        );
        return { ...tuple, pendingWrites };
      });
    },
  },
  {
    name: "lists of writes are read, changed and written back",
    clause: "concurrency/many-tasks-at-once",
    breakSaver(saver, store) {
      const running = note(store, "writes", () => new Running());
      patch(saver, "putWrites", (putWrites) => async (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        const key = keyOf(thread, namespace, id);
        const own = keyOf(thread, namespace, id, task);
        if (running.has(key) && !running.has(own)) return;
        await running.during(key, () => running.during(own, () => putWrites(config, writes, task, path)));
      });
    },
  },
  {
    name: "puts at once mix up their values",
    clause: "concurrency/puts-at-once-are-all-stored",
    breakSaver(saver, store) {
      const running = note(store, "puts", () => new Running());
      let before: { readonly id: string; readonly values: Record<string, unknown> } | undefined;
      patch(saver, "put", (put) => (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const key = keyOf(thread, namespace);
        const { id, channel_values: values } = checkpoint;
        const other = running.has(key) && before?.id !== id ? before?.values : undefined;
        before = { id, values };
        const mixed = { ...checkpoint, channel_values: other ?? values };
        return running.during(key, () => put(config, mixed, ...rest));
      });
    },
  },
  {
    name: "metadata and values are written by different statements",
    clause: "concurrency/one-checkpoint-put-many-times-at-once",
    breakSaver(saver, store) {
      const running = note(store, "puts", () => new Running());
      const first = note(store, "first", () => new Map<string, Parameters<typeof saver.put>[2]>());
      patch(saver, "put", (put) => (config, checkpoint, metadata, versions) => {
        const { thread, namespace } = placeOf(config);
        const key = keyOf(thread, namespace, checkpoint.id);
        if (!running.has(key)) first.set(key, metadata);
        const shared = first.get(key) ?? metadata;
        return running.during(key, () => put(config, checkpoint, shared, versions));
      });
    },
  },
  {
    name: "a checkpoint is stored before its last value",
    clause: "concurrency/readers-never-see-half-a-checkpoint",
    breakSaver(saver, store) {
      const half = note(store, "half", () => new Map<string, string>());
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const key = keyOf(thread, namespace, checkpoint.id);
        const last = Object.keys(checkpoint.channel_values).at(-1);
        const done = put(config, checkpoint, ...rest);
        if (last !== undefined) half.set(key, last);
        const stored = await done.catch((error: unknown) => {
          half.delete(key);
          throw error;
        });
        await tick();
        half.delete(key);
        return stored;
      });
      alterValues(saver, (values, { config }) => {
        const missing = half.get(keyOf(...Object.values(placeOf(config))));
        return Object.fromEntries(Object.entries(values).filter(([channel]) => channel !== missing));
      });
    },
  },
  {
    name: "a put during a deletion relies on values that are being deleted",
    clause: "concurrency/deleting-during-puts-leaves-nothing-broken",
    breakSaver(saver, store) {
      const running = note(store, "deletions", () => new Running());
      patch(
        saver,
        "deleteThread",
        (deleteThread) => (thread) =>
          running.during(thread, async () => {
            await deleteThread(thread);
            await tick();
          }),
      );
      patch(saver, "put", (put) => (config, checkpoint, metadata, versions) => {
        const { thread } = placeOf(config);
        if (!running.has(thread)) return put(config, checkpoint, metadata, versions);
        const left = Object.entries(checkpoint.channel_values).filter(([channel]) =>
          Object.hasOwn(versions, channel),
        );
        const part = { ...checkpoint, channel_values: Object.fromEntries(left) };
        return put(config, part, metadata, versions);
      });
    },
  },
];
