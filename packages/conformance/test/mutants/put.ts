import {
  alterCheckpoint,
  alterPut,
  alterTuples,
  beforeDelete,
  omit,
  placeOf,
  ThreadNotes,
  withId,
} from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const putMutants: readonly Mutant[] = [
  {
    name: "nodes that have seen nothing are dropped from versions_seen",
    clause: "put/keeps-the-checkpoint",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ versions_seen: seen }) => ({
        versions_seen: Object.fromEntries(
          Object.entries(seen).filter(([, versions]) => Object.keys(versions).length > 0),
        ),
      }));
    },
  },
  {
    name: "metadata keys that are not known are dropped",
    clause: "put/keeps-every-metadata-key",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, metadata, versions) => {
        return [config, checkpoint, omit(metadata, "delta_writes_versioned"), versions];
      });
    },
  },
  {
    name: "the newest checkpoint is taken for the parent",
    clause: "put/keeps-the-parent",
    others: 9,
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, ...rest) => {
        const { id: parent } = placeOf(config);
        const newest = parent === undefined ? undefined : await saver.getTuple(withId(config, undefined));
        return put(withId(config, newest?.checkpoint.id ?? parent), ...rest);
      });
    },
  },
  {
    name: "a second put loses the parent",
    clause: "put/an-identical-put-changes-nothing",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        const namesItself = placeOf(config).id === checkpoint.id;
        const stored = await saver.getTuple(withId(config, checkpoint.id));
        const loses = stored !== undefined && !namesItself;
        return put(loses ? withId(config, undefined) : config, checkpoint, ...rest);
      });
    },
  },
  {
    name: "a second put keeps the values of known versions",
    clause: "put/a-second-put-replaces-the-whole",
    breakSaver(saver, store) {
      const known = note(store, "values", () => new ThreadNotes<unknown>());
      beforeDelete(saver, (thread) => known.delete(thread));
      alterCheckpoint(saver, ({ id, channel_values: values, channel_versions: versions }, _, place) => {
        const { thread, namespace } = place;
        const kept = Object.entries(values).map(([channel, value]) => {
          const key = [namespace, id, channel, versions[channel]];
          const old = known.get(thread, ...key);
          if (old === undefined && typeof value === "string") known.set(thread, key, value);
          return [channel, old ?? value];
        });
        return { channel_values: Object.fromEntries(kept) };
      });
    },
  },
  {
    name: "its own id is stored as the parent",
    clause: "put/under-its-own-id-keeps-the-parent",
    breakStorage(storage) {
      patch(storage, "put", (put) => (request) => put({ ...request, keepParent: false }));
    },
  },
  {
    name: "a first put may be its own parent",
    clause: "put/is-never-its-own-parent",
    breakSaver(saver, store) {
      const own = note(store, "own parents", () => new ThreadNotes<boolean>());
      beforeDelete(saver, (thread) => own.delete(thread));
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        const { thread, namespace, id } = placeOf(config);
        const isFirst = id === checkpoint.id && (await saver.getTuple(config)) === undefined;
        if (isFirst) own.set(thread, [namespace, id], true);
        return put(config, checkpoint, ...rest);
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        return own.get(thread, namespace, id) ? { ...tuple, parentConfig: tuple.config } : tuple;
      });
    },
  },
  {
    name: "a parent with a greater id is not believed",
    clause: "put/a-child-may-have-a-smaller-id",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { checkpoint_id: parent, ...ids } = config.configurable ?? {};
        const wrong = typeof parent === "string" && parent > checkpoint.id;
        return [wrong ? { ...config, configurable: ids } : config, checkpoint, ...rest];
      });
    },
  },
  {
    name: "versions that look like numbers become numbers",
    clause: "put/versions-keep-their-type",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const versions = Object.entries(tuple.checkpoint.channel_versions).map(
          ([channel, version]) => [channel, version === "10" ? 10 : version] as const,
        );
        const channel_versions = Object.fromEntries(versions);
        return { ...tuple, checkpoint: { ...tuple.checkpoint, channel_versions } };
      });
    },
  },
  {
    name: "ids must be valid UUIDs where they look like some",
    clause: "put/any-string-is-an-id",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        if (/-ffff-/.test(checkpoint.id)) throw new Error("invalid UUID");
        return put(config, checkpoint, ...rest);
      });
    },
  },
  {
    name: "a stub without channels is not stored",
    clause: "put/an-empty-state-is-a-state",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, metadata, versions) => {
        if (metadata.step === -2 && Object.keys(checkpoint.channel_values).length === 0) return config;
        return put(config, checkpoint, metadata, versions);
      });
    },
  },
  {
    name: "put takes at most a thousand channels",
    clause: "put/many-channels",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        if (Object.keys(checkpoint.channel_values).length > 1000) throw new Error("too many parameters");
        return put(config, checkpoint, ...rest);
      });
    },
  },
];

export const carryOverMutants: readonly Mutant[] = [
  {
    name: "values that did not change are not stored",
    clause: "carry-over/unchanged-channels-keep-their-values",
    others: 20,
    breakSaver(saver) {
      alterCheckpoint(saver, ({ channel_values: values }, newVersions) => {
        if (newVersions === undefined || Object.keys(newVersions).length === 0) return {};
        const changed = Object.entries(values).filter(([channel]) => Object.hasOwn(newVersions, channel));
        return { channel_values: Object.fromEntries(changed) };
      });
    },
  },
  {
    name: "no new versions means no values",
    clause: "carry-over/no-new-versions-carries-everything",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, metadata, versions) => {
        const { id } = placeOf(config);
        const none = Object.keys(versions).length === 0 && metadata.source === "loop";
        return none && id !== undefined && id !== checkpoint.id
          ? [config, { ...checkpoint, channel_values: {} }, metadata, versions]
          : [config, checkpoint, metadata, versions];
      });
    },
  },
  {
    name: "carried values are taken from the parent, which may be missing",
    clause: "carry-over/a-missing-parent-loses-nothing",
    breakSaver(saver, store) {
      const stored = note(store, "stored", () => new ThreadNotes<boolean>());
      beforeDelete(saver, (thread) => stored.delete(thread));
      alterCheckpoint(saver, ({ id, channel_values: values }, newVersions, place) => {
        const { thread, namespace } = place;
        stored.set(thread, [namespace, id], true);
        if (place.id === undefined || stored.get(thread, namespace, place.id)) return {};
        const changed = Object.entries(values).filter(([channel]) => Object.hasOwn(newVersions, channel));
        return { channel_values: Object.fromEntries(changed) };
      });
    },
  },
  {
    name: "carried values are looked for in the last thirty checkpoints only",
    clause: "carry-over/over-many-checkpoints",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ channel_values: values, channel_versions: versions }) => {
        const newest = Math.max(0, ...Object.values(versions).map(Number).filter(Number.isFinite));
        const young = Object.entries(values).filter(
          ([channel]) => !(newest - Number(versions[channel]) > 30),
        );
        return { channel_values: Object.fromEntries(young) };
      });
    },
  },
  {
    name: "a channel without a version is an error",
    clause: "carry-over/channels-without-a-version-do-no-harm",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, checkpoint, ...rest) => {
        for (const channel of Object.keys(checkpoint.channel_values)) {
          if (!(channel in checkpoint.channel_versions)) throw new Error(`no version of ${channel}`);
        }
        return put(config, checkpoint, ...rest);
      });
    },
  },
];
