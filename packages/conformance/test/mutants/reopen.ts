import { ThreadNotes, alterTuples, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const reopenMutants: readonly Mutant[] = [
  {
    name: "parents are remembered by the saver that stored them",
    clause: "reopen/another-saver-reads-everything",
    breakSaver(saver) {
      const own = new ThreadNotes<boolean>();
      patch(saver, "put", (put) => (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        own.set(thread, [namespace, checkpoint.id], true);
        return put(config, checkpoint, ...rest);
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const rest = omit(tuple, "parentConfig");
        return own.get(thread, namespace, id) === true || own.threads().length > 0 ? tuple : rest;
      });
    },
  },
  {
    name: "the latest is remembered by the saver that stored one",
    clause: "reopen/two-savers-take-turns",
    breakSaver(saver) {
      const own = new ThreadNotes<string>();
      patch(saver, "put", (put) => (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const known = own.get(thread, namespace) ?? "";
        if (checkpoint.id > known) own.set(thread, [namespace], checkpoint.id);
        return put(config, checkpoint, ...rest);
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const { thread, namespace, id } = placeOf(config);
        const known = id ?? own.get(thread, namespace);
        const wrong = { configurable: { ...config.configurable, checkpoint_id: known } };
        return (known === undefined ? undefined : await getTuple(wrong)) ?? getTuple(config);
      });
    },
  },
  {
    name: "a value that was stored once is taken to be stored forever",
    clause: "reopen/a-deletion-by-another-is-noticed",
    breakSaver(saver, store) {
      const deletions = note(store, "deletions", () => new Map<string, number>());
      const seen = new Map<string, number>();
      patch(saver, "deleteThread", (deleteThread) => async (thread) => {
        await deleteThread(thread);
        const count = (deletions.get(thread) ?? 0) + 1;
        deletions.set(thread, count);
        seen.set(thread, count);
      });
      patch(saver, "put", (put) => (config, checkpoint, metadata, versions) => {
        const { thread } = placeOf(config);
        const count = deletions.get(thread) ?? 0;
        const stale = (seen.get(thread) ?? count) !== count;
        seen.set(thread, count);
        const left = Object.entries(checkpoint.channel_values).filter(
          ([channel]) => !stale || Object.hasOwn(versions, channel),
        );
        const part = { ...checkpoint, channel_values: Object.fromEntries(left) };
        return put(config, part, metadata, versions);
      });
    },
  },
];

export const reentrancyMutants: readonly Mutant[] = [
  {
    name: "reads inside a listing are refused",
    clause: "reentrancy/calls-inside-a-listing",
    breakSaver(saver) {
      let active = 0;
      patch(
        saver,
        "list",
        (list) =>
          async function* locked(config, options) {
            active++;
            try {
              yield* list(config, options);
            } finally {
              active--;
            }
          },
      );
      patch(saver, "getTuple", (getTuple) => async (config) => {
        if (active > 0) throw new Error("the connection is busy");
        return getTuple(config);
      });
    },
  },
  {
    name: "listings share a cursor",
    clause: "reentrancy/two-listings-in-turns",
    breakSaver(saver) {
      let cursor: ReturnType<typeof saver.list> | undefined;
      patch(
        saver,
        "list",
        (list) =>
          async function* shared(config, options) {
            cursor ??= list(config, options);
            try {
              for (;;) {
                const step = await cursor.next();
                if (step.done) return;
                yield step.value;
              }
            } finally {
              cursor = undefined;
            }
          },
      );
    },
  },
  {
    name: "a listing continues from an offset",
    clause: "reentrancy/puts-during-a-listing",
    breakSaver(saver) {
      patch(
        saver,
        "list",
        (list) =>
          async function* paged(config, options) {
            for (let offset = 0; ; offset += 10) {
              const page = [];
              for await (const tuple of list(config, options)) page.push(tuple);
              yield* page.slice(offset, offset + 10);
              if (page.length <= offset + 10) return;
            }
          },
      );
    },
  },
];
