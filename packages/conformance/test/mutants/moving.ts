import { alterTuples, omit, placeOf, ThreadNotes, withId } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const keepLatestMutants: readonly Mutant[] = [
  {
    name: "keepLatest is ignored",
    clause: "keep-latest/the-history-stays-bounded",
    breakOptions: (options) => omit(options, "keepLatest"),
  },
  {
    name: "keepLatest removes what delta channels are built from",
    clause: "keep-latest/keeps-what-delta-channels-need",
    breakSaver(saver, { storage, options }) {
      const keep = options.keepLatest;
      if (keep === undefined) return;
      patch(saver, "put", (put) => async (...args) => {
        const done = await put(...args);
        const { thread, namespace } = placeOf(done);
        const page = await storage.outline({ thread, after: undefined, limit: 1000 });
        const old = page.checkpoints.filter((key) => key.namespace === namespace).slice(keep);
        const fresh = page.checkpoints.slice(0, keep).map((key) => ({ ...key, parent: key.parent }));
        if (namespace === "" && old.length > 0) {
          await storage.remove({ thread, checkpoints: old, relink: fresh, newEpoch: String(Math.random()) });
        }
        return done;
      });
    },
  },
  {
    name: "survivors of keepLatest keep parents that are gone",
    clause: "keep-latest/branches-go-on",
    breakStorage(storage, store) {
      if (store.options.keepLatest === undefined) return;
      const gone = note(store, "gone parents", () => new ThreadNotes<string | undefined>());
      patch(storage, "remove", (remove) => async (request) => {
        for (const { namespace, id } of request.relink) {
          gone.set(request.thread, [namespace, id], request.checkpoints.at(-1)?.id);
        }
        return remove(request);
      });
    },
    breakSaver(saver, store) {
      const gone = note(store, "gone parents", () => new ThreadNotes<string | undefined>());
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const parent = gone.get(thread, namespace, id);
        return parent === undefined ? tuple : { ...tuple, parentConfig: withId(tuple.config, parent) };
      });
    },
  },
];

export const adoptMutants: readonly Mutant[] = [
  {
    name: "an adopted thread has no pending writes",
    clause: "adopt/a-thread-is-taken-over-whole",
    breakSaver(saver, { options }) {
      if (options.adopt === undefined) return;
      alterTuples(saver, (tuple) => ({ ...tuple, pendingWrites: [] }));
    },
  },
  {
    name: "only reading takes a thread over",
    clause: "adopt/a-put-comes-after-what-was-there",
    breakStorage(storage, { options }) {
      if (options.adopt === undefined) return;
      const touched = new Set<string>();
      patch(storage, "get", (get) => async (request) => {
        touched.add(request.thread);
        return get(request);
      });
      patch(storage, "outline", (outline) => async (request) => {
        const page = await outline(request);
        const skip = request.limit === 1 && !touched.has(request.thread) && page.checkpoints.length === 0;
        const made = {
          namespace: "",
          id: "none",
          parent: undefined,
          parentSeal: 0,
          run: undefined,
          header: new Uint8Array(),
          seal: 0,
        };
        return skip ? { checkpoints: [made], more: false } : page;
      });
    },
  },
  {
    name: "who loses finds nothing",
    clause: "adopt/once-by-many-at-once",
    breakSaver(saver, store) {
      if (store.options.adopt === undefined) return;
      const busy = note(store, "busy", () => new Set<string>());
      patch(
        saver,
        "list",
        (list) =>
          async function* listed(config, options) {
            const { thread } = placeOf(config);
            if (busy.has(thread)) return;
            busy.add(thread);
            yield* list(config, options);
            busy.delete(thread);
          },
      );
    },
  },
  {
    name: "deleteThread forgets the old saver",
    clause: "adopt/a-deleted-thread-does-not-come-back",
    breakOptions(options) {
      const { adopt } = options;
      return adopt ? { ...options, adopt: { ...shape(adopt), deleteThread: async () => {} } } : options;
    },
  },
];

function shape<T extends { getTuple: unknown; list: unknown }>(saver: T): T {
  const bound = (name: keyof T): unknown => (saver[name] as (...args: unknown[]) => unknown).bind(saver);
  return { ...saver, getTuple: bound("getTuple"), list: bound("list") };
}
