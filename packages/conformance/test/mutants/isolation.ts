import type { CheckpointConfig } from "@threadmark/core";
import type { TestedSaver } from "@threadmark/conformance";
import { ThreadNotes, alterCheckpoint, alterPut, alterValues, beforeDelete, placeOf } from "./alter.ts";
import { note, patch, type Mutant, type Store } from "./mutant.ts";
import { decideWrites, keepByKey, rightReplaces } from "./write-log.ts";

/** Changes every thread id on its way in. */
export function changeThreadIds(saver: TestedSaver, change: (id: unknown) => unknown): void {
  const changed = (config: CheckpointConfig): CheckpointConfig => {
    const ids = config.configurable ?? {};
    if (ids["thread_id"] === undefined) return config;
    return { ...config, configurable: { ...ids, thread_id: change(ids["thread_id"]) } };
  };
  patch(
    saver,
    "put",
    (put) =>
      (config, ...rest) =>
        put(changed(config), ...rest),
  );
  patch(
    saver,
    "putWrites",
    (put) =>
      (config, ...rest) =>
        put(changed(config), ...rest),
  );
  patch(saver, "getTuple", (get) => (config) => get(changed(config)));
  patch(saver, "list", (list) => (config, options) => list(changed(config), options));
  patch(saver, "deleteThread", (remove) => (id) => remove(change(id) as string));
}

function threadsOf(saver: TestedSaver, store: Store): Set<string> {
  const threads = note(store, "threads", () => new Set<string>());
  alterPut(saver, (config, ...rest) => {
    threads.add(placeOf(config).thread);
    return [config, ...rest];
  });
  return threads;
}

/** Deletes more threads than the one that is named. */
function deleteAlso(matches: (named: string, other: string) => boolean): NonNullable<Mutant["breakSaver"]> {
  return (saver, store) => {
    const threads = threadsOf(saver, store);
    patch(saver, "deleteThread", (deleteThread) => async (thread) => {
      for (const other of threads) if (matches(thread, other)) await deleteThread(other);
      await deleteThread(thread);
    });
  };
}

/** Carried values are looked up by a key that is too short. */
function carriedBy(key: (thread: string, namespace: string) => string): NonNullable<Mutant["breakSaver"]> {
  return (saver, store) => {
    const known = note(store, "known", () => new ThreadNotes<unknown>());
    alterCheckpoint(saver, (checkpoint, newVersions, { thread, namespace, id: parent }) => {
      const values = Object.entries(checkpoint.channel_values).map(([channel, value]) => {
        const version = checkpoint.channel_versions[channel];
        const isNew = Object.hasOwn(newVersions, channel);
        const place = [channel, version, isNew ? checkpoint.id : parent];
        const found: unknown = known.get(key(thread, namespace), ...place);
        if (isNew && found === undefined) known.set(key(thread, namespace), place, value);
        return [channel, isNew || found === undefined ? value : found] as const;
      });
      return { channel_values: Object.fromEntries(values) };
    });
  };
}

export const isolationMutants: readonly Mutant[] = [
  {
    name: "deleteThread deletes by prefix",
    clause: "isolation/threads-with-a-common-prefix",
    breakSaver: deleteAlso((named, other) => other.startsWith(`${named}:`)),
  },
  {
    name: "the latest of a namespace may be one of a longer namespace",
    clause: "isolation/namespaces-with-a-common-prefix",
    breakSaver(saver, store) {
      const spaces = note(store, "spaces", () => new ThreadNotes<string>());
      beforeDelete(saver, (thread) => spaces.delete(thread));
      alterPut(saver, (config, ...rest) => {
        const { thread, namespace } = placeOf(config);
        spaces.set(thread, [namespace], namespace);
        return [config, ...rest];
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const { thread, namespace, id } = placeOf(config);
        const longer = spaces.values(thread).find((other) => other.startsWith(`${namespace}:`));
        if (id !== undefined || namespace === "" || longer === undefined) return getTuple(config);
        return getTuple({ configurable: { ...config.configurable, checkpoint_ns: longer } });
      });
    },
  },
  {
    name: "values are kept under ids joined by colons",
    clause: "isolation/ids-never-run-together",
    breakSaver(saver, store) {
      const last = note(store, "joined", () => new Map<string, { owner: string; values: object }>());
      const keys = (thread: string, namespace: string, id: string): [string, string] => [
        [thread, namespace, id].join(":"),
        JSON.stringify([thread, namespace, id]),
      ];
      alterCheckpoint(saver, ({ id, channel_values: values }, _, { thread, namespace }) => {
        const [joined, owner] = keys(thread, namespace, id);
        last.set(joined, { owner, values });
        return {};
      });
      alterValues(saver, (values, { config, checkpoint }) => {
        const { thread, namespace } = placeOf(config);
        const [joined, owner] = keys(thread, namespace, checkpoint.id);
        const found = last.get(joined);
        return found === undefined || found.owner === owner ? values : { ...found.values };
      });
    },
  },
  {
    name: "task and index are joined into one key",
    clause: "isolation/tasks-and-indexes-never-run-together",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) =>
        keepByKey(batches, ({ task, idx }) => `${task}${idx}`, rightReplaces),
      );
    },
  },
  {
    name: "carried values are looked up without the thread",
    clause: "isolation/threads-share-no-values",
    breakSaver: carriedBy((_, namespace) => namespace),
  },
  {
    name: "carried values are looked up without the namespace",
    clause: "isolation/namespaces-share-no-values",
    breakSaver: carriedBy((thread) => thread),
  },
  {
    name: "thread ids are normalised",
    clause: "isolation/similar-ids-are-different-ids",
    breakSaver(saver) {
      changeThreadIds(saver, (id) => (typeof id === "string" ? id.normalize("NFC") : id));
    },
  },
  {
    name: "deleteThread deletes by pattern",
    clause: "isolation/wildcards-are-plain-text",
    breakSaver: deleteAlso((named, other) => {
      return named.endsWith("*") && other.startsWith(named.slice(0, -1));
    }),
  },
  {
    name: "an array is taken for the id in it",
    clause: "isolation/an-object-is-no-id",
    breakSaver(saver) {
      changeThreadIds(saver, (id) => (Array.isArray(id) ? String(id) : id));
    },
  },
];
