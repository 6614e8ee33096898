import {
  ThreadNotes,
  alterCheckpoint,
  alterPut,
  alterTuples,
  alterValues,
  beforeDelete,
  placeOf,
  withId,
} from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const tombstoneMutants: readonly Mutant[] = [
  {
    name: "the version of an empty channel is lost",
    clause: "tombstone/a-version-without-a-value-empties-the-channel",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const { checkpoint } = tuple;
        const full = Object.entries(checkpoint.channel_versions).filter(([channel]) =>
          Object.hasOwn(checkpoint.channel_values, channel),
        );
        return { ...tuple, checkpoint: { ...checkpoint, channel_versions: Object.fromEntries(full) } };
      });
    },
  },
  {
    name: "children of an empty channel get its last value",
    clause: "tombstone/children-stay-empty",
    breakSaver(saver, store) {
      const last = note(store, "last", () => new ThreadNotes<unknown>());
      beforeDelete(saver, (thread) => last.delete(thread));
      alterCheckpoint(saver, (checkpoint, newVersions, { thread, namespace }) => {
        const values = { ...checkpoint.channel_values };
        for (const channel of Object.keys(checkpoint.channel_versions)) {
          const old = last.get(thread, namespace, channel);
          if (Object.hasOwn(values, channel)) last.set(thread, [namespace, channel], values[channel]);
          else if (old !== undefined && !Object.hasOwn(newVersions, channel)) values[channel] = old;
        }
        return { channel_values: values };
      });
    },
  },
  {
    name: "emptying a channel removes its older values",
    clause: "tombstone/older-checkpoints-keep-the-value",
    others: 4,
    breakSaver(saver, store) {
      const emptied = note(store, "emptied", () => new ThreadNotes<string>());
      beforeDelete(saver, (thread) => emptied.delete(thread));
      alterCheckpoint(saver, ({ id, channel_values: values }, newVersions, { thread, namespace }) => {
        for (const channel of Object.keys(newVersions)) {
          if (!Object.hasOwn(values, channel)) emptied.set(thread, [namespace, channel], id);
        }
        return {};
      });
      alterValues(saver, (values, { config, checkpoint }) => {
        const { thread, namespace } = placeOf(config);
        const left = Object.entries(values).filter(
          ([channel]) => !((emptied.get(thread, namespace, channel) ?? "") > checkpoint.id),
        );
        return Object.fromEntries(left);
      });
    },
  },
  {
    name: "a channel that was emptied stays empty forever",
    clause: "tombstone/a-later-value-fills-the-channel-again",
    others: 7,
    breakSaver(saver, store) {
      const emptied = note(store, "emptied", () => new ThreadNotes<boolean>());
      beforeDelete(saver, (thread) => emptied.delete(thread));
      alterCheckpoint(saver, ({ channel_values: values }, newVersions, { thread, namespace }) => {
        for (const channel of Object.keys(newVersions)) {
          if (!Object.hasOwn(values, channel)) emptied.set(thread, [namespace, channel], true);
        }
        const left = Object.entries(values).filter(([channel]) => !emptied.get(thread, namespace, channel));
        return { channel_values: Object.fromEntries(left) };
      });
    },
  },
];

/** Values by (thread, namespace, …, channel, version): what forks must not be stored by. */
function byVersion(
  choose: "new" | "carried",
  extra: (parent: string | undefined) => readonly unknown[],
): NonNullable<Mutant["breakSaver"]> {
  return (saver, store) => {
    const known = note(store, "known", () => new ThreadNotes<{ readonly value: unknown }>());
    beforeDelete(saver, (thread) => known.delete(thread));
    alterCheckpoint(saver, (checkpoint, newVersions, { thread, namespace, id: parent }) => {
      const values = Object.entries(checkpoint.channel_values).map(([channel, value]) => {
        const isNew = Object.hasOwn(newVersions, channel);
        const version = checkpoint.channel_versions[channel];
        const key = [namespace, ...extra(parent), channel, version];
        const old = known.get(thread, ...key);
        if (isNew && (choose === "carried" || old === undefined)) known.set(thread, key, { value });
        const wrong = isNew === (choose === "new") ? old : undefined;
        return [channel, wrong === undefined ? value : wrong.value] as const;
      });
      return { channel_values: Object.fromEntries(values) };
    });
  };
}

export const forkMutants: readonly Mutant[] = [
  {
    name: "of two siblings with one version the first value is stored",
    clause: "fork/a-sibling-keeps-its-values",
    others: 7,
    breakSaver: byVersion("new", (parent) => [parent]),
  },
  {
    name: "carried values are those stored last for channel and version",
    clause: "fork/carried-values-are-those-of-the-branch",
    breakSaver: byVersion("carried", () => []),
  },
  {
    name: "a fork starts with the latest values",
    clause: "fork/from-an-old-checkpoint-starts-with-its-values",
    breakSaver(saver, store) {
      const latest = note(store, "latest", () => new ThreadNotes<Record<string, unknown>>());
      beforeDelete(saver, (thread) => latest.delete(thread));
      alterCheckpoint(saver, ({ channel_values: values }, newVersions, { thread, namespace, id }) => {
        const known = latest.get(thread, namespace);
        latest.set(thread, [namespace], values);
        const fork = id !== undefined && Object.keys(newVersions).length === 0;
        return fork && known !== undefined ? { channel_values: known } : {};
      });
    },
  },
  {
    name: "a channel emptied on one branch is empty on all",
    clause: "fork/a-channel-emptied-on-one-branch-is-full-on-the-other",
    breakSaver(saver, store) {
      const emptied = note(store, "emptied", () => new ThreadNotes<boolean>());
      beforeDelete(saver, (thread) => emptied.delete(thread));
      alterCheckpoint(saver, ({ channel_values: values }, newVersions, { thread, namespace }) => {
        for (const [channel, version] of Object.entries(newVersions)) {
          if (!Object.hasOwn(values, channel)) emptied.set(thread, [namespace, channel, version], true);
        }
        return {};
      });
      alterValues(saver, (values, { config, checkpoint }) => {
        const { thread, namespace } = placeOf(config);
        const left = Object.entries(values).filter(
          ([channel]) => !emptied.get(thread, namespace, channel, checkpoint.channel_versions[channel]),
        );
        return Object.fromEntries(left);
      });
    },
  },
  {
    name: "writes of a task are stored once for all siblings",
    clause: "fork/writes-stay-on-their-branch",
    breakSaver(saver, store) {
      const parents = note(store, "parents", () => new ThreadNotes<string>());
      const written = note(store, "written", () => new ThreadNotes<string>());
      beforeDelete(saver, (thread) => {
        parents.delete(thread);
        written.delete(thread);
      });
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace, id } = placeOf(config);
        if (id !== undefined) parents.set(thread, [namespace, checkpoint.id], id);
        return [config, checkpoint, ...rest];
      });
      patch(saver, "putWrites", (putWrites) => async (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        const parent = parents.get(thread, namespace, id);
        const key = [namespace, parent, task];
        const first = written.get(thread, ...key);
        if (parent !== undefined && first !== undefined && first !== id) return;
        written.set(thread, key, id ?? "");
        await putWrites(config, writes, task, path);
      });
    },
  },
  {
    name: "in a long thread the newest checkpoint becomes the parent",
    clause: "fork/every-branch-grows-on-its-own",
    breakSaver(saver, store) {
      const counts = note(store, "counts", () => new ThreadNotes<number>());
      beforeDelete(saver, (thread) => counts.delete(thread));
      patch(saver, "put", (put) => async (config, ...rest) => {
        const { thread, namespace } = placeOf(config);
        const count = counts.get(thread, namespace) ?? 0;
        counts.set(thread, [namespace], count + 1);
        const newest = count < 20 ? undefined : await saver.getTuple(withId(config, undefined));
        return put(newest ? withId(config, newest.checkpoint.id) : config, ...rest);
      });
    },
  },
];
