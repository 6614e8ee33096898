import type { CheckpointConfig, CheckpointMetadata } from "@threadmark/core";
import {
  alterCheckpoint,
  alterListing,
  alterPut,
  alterTuples,
  alterValues,
  omit,
  placeOf,
  ThreadNotes,
} from "./alter.ts";
import { degradePut, degradeWrites, KEEP } from "./degrade.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const putDetailMutants: readonly Mutant[] = [
  {
    name: "an empty list is no value",
    clause: "put/an-empty-value-is-a-value",
    breakSaver(saver) {
      alterValues(saver, (values) =>
        Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmptyList(value))),
      );
    },
  },
  {
    name: "ts is written in another form",
    clause: "put/the-time-is-kept-as-written",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ ts }) => {
        const time = new Date(ts);
        return { ts: Number.isNaN(time.getTime()) ? ts : time.toISOString() };
      });
    },
  },
  {
    name: "fields of a checkpoint that are not known are dropped",
    clause: "put/keeps-fields-that-it-does-not-know",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { v, id, ts, channel_values, channel_versions, versions_seen } = checkpoint;
        return [config, { v, id, ts, channel_values, channel_versions, versions_seen }, ...rest];
      });
    },
  },
  {
    name: "every checkpoint is of the format of now",
    clause: "put/keeps-fields-that-it-does-not-know",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ v }) => ({ v: Math.min(v, 4) }));
    },
  },
  {
    name: "a second put merges the metadata",
    clause: "put/a-second-put-leaves-nothing-of-the-first",
    breakSaver(saver, store) {
      const known = note(store, "metadata", () => new ThreadNotes<CheckpointMetadata>());
      alterPut(saver, (config, checkpoint, metadata, versions) => {
        const { thread, namespace } = placeOf(config);
        const merged = { ...known.get(thread, namespace, checkpoint.id), ...metadata };
        known.set(thread, [namespace, checkpoint.id], merged);
        return [config, checkpoint, merged, versions];
      });
    },
  },
  {
    name: "a second put keeps versions_seen",
    clause: "put/a-second-put-leaves-nothing-of-the-first",
    breakSaver(saver, store) {
      const known = note(
        store,
        "seen",
        () => new ThreadNotes<Record<string, Record<string, number | string>>>(),
      );
      alterCheckpoint(saver, ({ id, versions_seen: seen }, _, { thread, namespace }) => {
        const kept = known.get(thread, namespace, id) ?? seen;
        known.set(thread, [namespace, id], kept);
        return { versions_seen: kept };
      });
    },
  },
  {
    name: "a second put keeps the parent",
    clause: "put/a-second-put-replaces-the-parent",
    breakSaver(saver, store) {
      const known = note(store, "parents", () => new ThreadNotes<CheckpointConfig>());
      alterPut(saver, (config, checkpoint, ...rest) => {
        const { thread, namespace } = placeOf(config);
        if (!config.configurable || "__threadmark_claim" in config.configurable)
          return [config, checkpoint, ...rest];
        const kept = known.get(thread, namespace, checkpoint.id) ?? {
          configurable: { ...config.configurable },
        };
        known.set(thread, [namespace, checkpoint.id], kept);
        return [
          { ...config, configurable: { ...config.configurable, ...kept.configurable } },
          checkpoint,
          ...rest,
        ];
      });
    },
  },
  {
    name: "fractions of versions are rounded",
    clause: "put/versions-keep-their-type",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ channel_versions: versions }) => ({
        channel_versions: Object.fromEntries(
          Object.entries(versions).map(([channel, version]) => [
            channel,
            typeof version === "number" && version < 1e6 ? Math.round(version * 1e6) / 1e6 : version,
          ]),
        ),
      }));
    },
  },
  {
    name: "lines end in one way",
    clause: "values/strings",
    breakSaver(saver) {
      const change = (value: unknown): unknown =>
        typeof value === "string" && value.includes("\r\n") ? value.replaceAll("\r\n", "\n") : KEEP;
      degradePut(saver, change);
      degradeWrites(saver, change);
    },
  },
  {
    name: "writes are trimmed",
    clause: "values/strings",
    breakSaver(saver) {
      degradeWrites(saver, (value) =>
        typeof value === "string" && value.length < 20 && value !== value.trim() ? value.trim() : KEEP,
      );
    },
  },
  {
    name: "a key of the metadata whose value is undefined is dropped",
    clause: "metadata/values-are-kept-exactly",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, metadata, versions) => [
        config,
        checkpoint,
        Object.fromEntries(
          Object.entries(metadata).filter(([, value]) => value !== undefined),
        ) as unknown as CheckpointMetadata,
        versions,
      ]);
    },
  },
  {
    name: "a nested key of the metadata whose value is undefined is dropped",
    clause: "metadata/values-are-kept-exactly",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const metadata: Record<string, unknown> = { ...tuple.metadata };
        const nested = metadata["nested"] as object | undefined;
        if (!nested || !("nothing" in nested)) return tuple;
        const left = omit<object>(nested, "nothing");
        return { ...tuple, metadata: { ...metadata, nested: left } as unknown as CheckpointMetadata };
      });
    },
  },
  {
    name: "metadata of more than 2 kB is refused",
    clause: "metadata/may-be-long",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (...args) => {
        if (Object.keys(args[2]).some((key) => key.length > 2000))
          throw new Error("index row size exceeds maximum");
        return put(...args);
      });
    },
  },
  {
    name: "writes that say that nothing was written are not stored",
    clause: "writes/other-reserved-channels-are-ordinary",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => (config, writes, ...rest) => {
        return putWrites(
          config,
          writes.filter(([channel]) => channel !== "__no_writes__"),
          ...rest,
        );
      });
    },
  },
  {
    name: "writes to __return__ replace the one before",
    clause: "writes/other-reserved-channels-are-ordinary",
    breakSaver(saver, store) {
      const last = note(store, "returns", () => new ThreadNotes<unknown>());
      patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
        const { thread, namespace, id } = placeOf(config);
        for (const [channel, value] of writes) {
          if (channel === "__return__") last.set(thread, [namespace, id, task], value);
        }
        return putWrites(config, writes, task, path);
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const pendingWrites = (tuple.pendingWrites ?? []).map(
          ([task, channel, value]): [string, string, unknown] => [
            task,
            channel,
            channel === "__return__" ? last.get(thread, namespace, id, task) : value,
          ],
        );
        return { ...tuple, pendingWrites };
      });
    },
  },
  {
    name: "no more than 20 are listed where there is a limit",
    clause: "list/a-limit-of-many",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const all = await read(config, options);
        return options?.limit === undefined ? all : all.slice(0, 20);
      });
    },
  },
  {
    name: "before is ignored when it names a thread",
    clause: "list/before-may-be-a-whole-config",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options = {}) => {
        const { before, ...rest } = options;
        return list(config, before?.configurable?.["thread_id"] === undefined ? options : rest);
      });
    },
  },
  {
    name: "a filter is ignored over all threads",
    clause: "list/options-work-in-every-scope",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options = {}) => {
        const rest = omit(options, "filter");
        return list(config, config.configurable?.["thread_id"] === undefined ? rest : options);
      });
    },
  },
  {
    name: "a filter is ignored where an id is given",
    clause: "list/options-work-in-every-scope",
    breakSaver(saver) {
      patch(saver, "list", (list) => (config, options = {}) => {
        const rest = omit(options, "filter");
        return list(config, config.configurable?.["checkpoint_id"] === undefined ? options : rest);
      });
    },
  },
  {
    name: "a listing leaves out the special writes of a task",
    clause: "list/tuples-are-those-of-get",
    breakSaver(saver) {
      patch(
        saver,
        "list",
        (list) =>
          async function* without(config, options) {
            for await (const tuple of list(config, options)) {
              const pendingWrites =
                tuple.pendingWrites?.filter(([, channel]) => channel !== "__scheduled__") ?? [];
              yield { ...tuple, pendingWrites };
            }
          },
      );
    },
  },
];

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
