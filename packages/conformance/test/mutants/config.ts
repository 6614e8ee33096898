import type { CheckpointConfig } from "@threadmark/core";
import { alterGet, alterPut, alterTuples, keyOf, omit, placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

export const configMutants: readonly Mutant[] = [
  {
    name: "put returns the config it was given",
    clause: "config/returned-by-put-is-minimal",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, ...rest) => {
        const stored = await put(config, ...rest);
        return { ...config, configurable: { ...config.configurable, ...stored.configurable } };
      });
    },
  },
  {
    name: "getTuple returns the config it was given",
    clause: "config/returned-by-get-is-minimal",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const tuple = await getTuple(config);
        const configurable = { ...config.configurable, ...tuple?.config.configurable };
        return tuple && { ...tuple, config: { configurable } };
      });
    },
  },
  {
    name: "list returns the config it was given",
    clause: "config/returned-by-list-is-minimal",
    breakSaver(saver) {
      patch(
        saver,
        "list",
        (list) =>
          async function* merged(config, options) {
            for await (const tuple of list(config, options)) {
              const configurable = { ...config.configurable, ...tuple.config.configurable };
              yield { ...tuple, config: { configurable } };
            }
          },
      );
    },
  },
  {
    name: "parentConfig has more keys",
    clause: "config/of-the-parent-is-minimal",
    breakSaver(saver) {
      alterTuples(saver, (tuple) =>
        tuple.parentConfig ? { ...tuple, parentConfig: { ...tuple.parentConfig, metadata: {} } } : tuple,
      );
    },
  },
  {
    name: "configs are kept and handed out again",
    clause: "config/returned-configs-are-fresh",
    breakSaver(saver, store) {
      const kept = note(store, "configs", () => new Map<string, CheckpointConfig>());
      alterGet(saver, (tuple) => {
        const key = keyOf(placeOf(tuple.config));
        const config = kept.get(key) ?? tuple.config;
        kept.set(key, config);
        return { ...tuple, config };
      });
    },
  },
  {
    name: "put serialises the whole config",
    clause: "config/other-keys-are-ignored",
    breakSaver(saver) {
      alterPut(saver, (config, ...rest) => {
        JSON.stringify(config);
        return [config, ...rest];
      });
    },
  },
  {
    name: "config.metadata is mixed into the metadata",
    clause: "config/run-metadata-is-not-checkpoint-metadata",
    breakSaver(saver) {
      alterPut(saver, (config, checkpoint, metadata, versions) => [
        config,
        checkpoint,
        { ...config.metadata, ...metadata },
        versions,
      ]);
    },
  },
  {
    name: "put without a namespace goes to a separate one",
    clause: "config/no-namespace-means-root",
    breakSaver(saver) {
      alterPut(saver, (config, ...rest) => [
        { ...config, configurable: { checkpoint_ns: "default", ...config.configurable } },
        ...rest,
      ]);
    },
  },
  {
    name: "an id that is undefined is looked for",
    clause: "config/no-id-means-the-latest",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const ids = config.configurable ?? {};
        return "checkpoint_id" in ids && ids["checkpoint_id"] === undefined ? undefined : getTuple(config);
      });
    },
  },
  {
    name: "parentConfig is there without a parent",
    clause: "config/undefined-parent-means-none",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const ids = omit(tuple.config.configurable, "checkpoint_id");
        const none = { configurable: ids };
        return { ...tuple, parentConfig: tuple.parentConfig ?? none };
      });
    },
  },
  {
    name: "thread_ts is not known",
    clause: "config/thread-ts-is-an-old-name-of-the-id",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const configurable = omit(config.configurable, "thread_ts");
        return getTuple({ ...config, configurable });
      });
    },
  },
  {
    name: "put without a thread does nothing",
    clause: "config/put-without-a-thread-is-refused",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (config, ...rest) => {
        return config.configurable?.["thread_id"] === undefined ? config : put(config, ...rest);
      });
    },
  },
  {
    name: "putWrites without a checkpoint does nothing",
    clause: "config/put-writes-without-ids-is-refused",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, ...rest) => {
        if (config.configurable?.["checkpoint_id"] === undefined) return;
        await putWrites(config, ...rest);
      });
    },
  },
];
