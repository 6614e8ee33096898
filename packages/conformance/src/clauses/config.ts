import { show } from "@threadmark/core/comparison";
import { ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, collect, configOf, metadataOf } from "../thread.ts";

const MINIMAL_HINT =
  "Build a new config: { configurable: { thread_id, checkpoint_ns, checkpoint_id } }. LangGraph merges it into its own config, so anything else in it leaks into the run.";

export const configClauses: readonly Clause[] = [
  clause("config/returned-by-put-is-minimal", {
    rule: "`put` returns the config of the stored checkpoint: `thread_id`, `checkpoint_ns`, `checkpoint_id`, and nothing else.",
    hint: MINIMAL_HINT,
    async run({ saver, threadId }) {
      const checkpoint = checkpointOf({ id: 2, values: { a: 1 } });
      const config = configOf(threadId(), "ns", 1);
      const { configurable } = config;
      const given = {
        ...config,
        tags: ["x"],
        metadata: { run_id: "r" },
        configurable: { ...configurable, mine: 1 },
      };
      const returned = await saver.put(given, checkpoint, metadataOf({ id: 2 }), { a: 2 });
      expectSame(returned, configOf(threadId(), "ns", 2), "The config that put returns");
    },
  }),
  clause("config/returned-by-get-is-minimal", {
    rule: "The config of a tuple from `getTuple` has `thread_id`, `checkpoint_ns` and `checkpoint_id` and nothing else, whether the checkpoint was requested by id or as the latest.",
    hint: MINIMAL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      for (const id of [undefined, 1]) {
        const config = thread.config(id);
        const asked = { ...config, configurable: { ...config.configurable, mine: () => 1 } };
        const tuple = await saver.getTuple(asked);
        const how = id === undefined ? "as the latest" : "by id";
        expectSame(tuple?.config, thread.config(1), `The config of a tuple read ${how}`);
      }
    },
  }),
  clause("config/returned-by-list-is-minimal", {
    rule: "The config of a listed tuple has `thread_id`, `checkpoint_ns` and `checkpoint_id` and nothing else.",
    hint: MINIMAL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId(), "ns");
      await thread.put({ id: 1, values: { a: 1 } });
      const asked = { configurable: { thread_id: thread.id, mine: 1 }, metadata: { x: 1 } };
      const [tuple] = await collect(saver.list(asked));
      expectSame(tuple?.config, thread.config(1), "The config of a listed tuple");
    },
  }),
  clause("config/of-the-parent-is-minimal", {
    rule: "`parentConfig` has the `thread_id`, `checkpoint_ns` and `checkpoint_id` of the parent and nothing else.",
    hint: MINIMAL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId(), "ns");
      await thread.chain(2, (n) => ({ a: n }));
      const read = await thread.read(2);
      expectSame(read.parentConfig, thread.config(1), "The parentConfig from getTuple");
      const [listed] = await collect(saver.list(thread.config()));
      expectSame(listed?.parentConfig, thread.config(1), "The parentConfig from list");
    },
  }),
  clause("config/returned-configs-are-fresh", {
    rule: "Every returned config is a new object: changing it changes neither the caller's config nor later reads.",
    hint: "Return neither the config that was passed in nor one that the saver keeps.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const asked = thread.config();
      const askedById = thread.config(2);
      const returned = await thread.put({ id: 2, parent: 1, values: { a: 1 } });
      const latest = await saver.getTuple(asked);
      const byId = await saver.getTuple(askedById);
      for (const config of [returned, latest?.config, byId?.config, byId?.parentConfig]) {
        ensure(config?.configurable !== undefined, "A tuple or its config is missing.");
        config.configurable["thread_id"] = "changed";
      }
      expectSame(asked, thread.config(), "The caller's config, after changing returned ones");
      expectSame(askedById, thread.config(2), "The caller's config, after changing returned ones");
      const again = await thread.read(2);
      expectSame(again.config, thread.config(2), "The config of a second read");
      expectSame(again.parentConfig, thread.config(1), "The parentConfig of a second read");
    },
  }),
  clause("config/other-keys-are-ignored", {
    rule: "A config may hold functions, class instances, circular objects and the saver itself; a saver uses its ids and never serialises or keeps the rest.",
    hint: "Read thread_id, checkpoint_ns and checkpoint_id, and leave every other key alone. LangGraph keeps whole objects of the run in configurable.",
    async run({ saver, threadId }) {
      const circular: Record<string, unknown> = {};
      circular["self"] = circular;
      const extra = {
        __pregel_checkpointer: saver,
        __pregel_send: () => 1,
        circular,
        big: 10n,
        symbol: Symbol("s"),
        mine: new (class Mine {
          readonly value = 1;
        })(),
      };
      const thread = new TestThread(saver, threadId());
      const config = (id?: number): { configurable: Record<string, unknown> } => ({
        configurable: { ...thread.config(id).configurable, ...extra },
      });
      const metadata = metadataOf({ id: 1 });
      await saver.put(config(), checkpointOf({ id: 1, values: { a: 1 } }), metadata, { a: 1 });
      await saver.putWrites(config(1), [["b", 2]], "task");
      const tuple = await saver.getTuple(config(1));
      ensure(tuple !== undefined, "getTuple found nothing with other keys in the config.");
      expectSame(tuple.metadata, metadata, "The metadata");
      expectSame(tuple.pendingWrites, [["task", "b", 2]], "The pending writes");
      const listed = await collect(saver.list(config()));
      ensure(listed.length === 1, `list yielded ${listed.length} tuples instead of 1.`);
    },
  }),
  clause("config/run-metadata-is-not-checkpoint-metadata", {
    rule: "The metadata of a checkpoint is exactly the metadata passed to `put`; `config.metadata` and other keys of `configurable` are not mixed into it.",
    hint: "Keep a run id outside the metadata: LangGraph compares metadata.run_id to decide whether a run is a resume.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const config = {
        metadata: { run_id: "run", thread_id: thread.id, user: "u" },
        configurable: { ...thread.config().configurable, run_id: "run", user: "u" },
      };
      await saver.put(config, checkpointOf({ id: 1 }), metadataOf({ id: 1 }), {});
      const tuple = await thread.read(1);
      expectSame(tuple.metadata, metadataOf({ id: 1 }), "The metadata");
    },
  }),
  clause("config/no-namespace-means-root", {
    rule: 'A `checkpoint_ns` that is absent means the root namespace `""`, in `put` and in `getTuple`.',
    hint: 'Read it as configurable.checkpoint_ns ?? "".',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const bare = configOf(thread.id, undefined);
      await thread.in("other").put({ id: 9, values: { a: "other" } });
      const returned = await saver.put(
        bare,
        checkpointOf({ id: 1, values: { a: 1 } }),
        metadataOf({ id: 1 }),
        { a: 1 },
      );
      expectSame(returned, thread.config(1), "The config that put returns without a namespace");
      const tuple = await thread.read();
      expectSame(tuple.config, thread.config(1), 'The config of the newest checkpoint of ""');
      const byBare = await saver.getTuple(bare);
      ensure(
        byBare?.checkpoint.id === checkpointId(1),
        `getTuple without a namespace found ${show(byBare?.checkpoint.id)} instead of the root's checkpoint.`,
      );
      const elsewhere = await saver.getTuple(configOf(thread.id, undefined, 9));
      ensure(
        elsewhere === undefined,
        "getTuple without a namespace found an id that only another namespace has.",
      );
    },
  }),
  clause("config/no-id-means-the-latest", {
    rule: "A `checkpoint_id` that is absent, `undefined` or empty in `getTuple` means the latest checkpoint of the namespace.",
    hint: "LangGraph passes the key with the value undefined: test the value, not the key.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(2, (n) => ({ a: n }));
      for (const id of [undefined, ""]) {
        const configurable = { ...thread.config().configurable, checkpoint_id: id };
        const tuple = await saver.getTuple({ configurable });
        ensure(
          tuple?.checkpoint.id === checkpointId(2),
          `getTuple with checkpoint_id ${show(id)} found ${show(tuple?.checkpoint.id)} instead of the latest.`,
        );
      }
    },
  }),
  clause("config/undefined-parent-means-none", {
    rule: "A checkpoint put without `checkpoint_id`, or with `checkpoint_id: undefined`, has no parent: `parentConfig` is `undefined`.",
    hint: "Leave parentConfig out if there is no parent; LangGraph would follow a config without an id to the latest checkpoint.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const configurable = { ...thread.config().configurable, checkpoint_id: undefined };
      await saver.put({ configurable }, checkpointOf({ id: 2 }), metadataOf({ id: 2 }), {});
      for (const id of [1, 2]) {
        const tuple = await thread.read(id);
        ensure(
          tuple.parentConfig === undefined,
          `parentConfig is ${show(tuple.parentConfig)} instead of undefined.`,
        );
      }
      const listed = await collect(saver.list(thread.config()));
      ensure(
        listed.every((tuple) => tuple.parentConfig === undefined),
        "A listed tuple has a parentConfig although it has no parent.",
      );
    },
  }),
  clause("config/thread-ts-is-an-old-name-of-the-id", {
    rule: "Without `checkpoint_id`, `getTuple` takes the id from `thread_ts`.",
    hint: "Read the id as configurable.checkpoint_id || configurable.thread_ts.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      const byOldName = { ...thread.config().configurable, thread_ts: checkpointId(1) };
      const first = await saver.getTuple({ configurable: byOldName });
      ensure(
        first?.checkpoint.id === checkpointId(1),
        `getTuple with thread_ts found ${show(first?.checkpoint.id)} instead of the checkpoint it names.`,
      );
      const both = { ...byOldName, checkpoint_id: checkpointId(2) };
      const second = await saver.getTuple({ configurable: both });
      ensure(
        second?.checkpoint.id === checkpointId(2),
        "thread_ts went before checkpoint_id where both were given.",
      );
    },
  }),
  clause("config/put-without-a-thread-is-refused", {
    rule: "`put` without a `thread_id` is refused.",
    hint: "Reject before anything is written, and say that thread_id is missing.",
    async run({ saver }) {
      const put = (): Promise<unknown> =>
        saver.put({ configurable: {} }, checkpointOf({ id: 1 }), metadataOf({ id: 1 }), {});
      await expectRefused(put, "put without a thread_id", "INVALID_CONFIG");
    },
  }),
  clause("config/put-writes-without-ids-is-refused", {
    rule: "`putWrites` without a `thread_id`, or without the `checkpoint_id` that the writes belong to, is refused.",
    hint: "Reject before anything is written; writes that belong to no checkpoint can never be read.",
    async run({ saver, threadId }) {
      for (const [what, config] of [
        ["thread_id", configOf(undefined, "", 1)],
        ["checkpoint_id", configOf(threadId(), "")],
      ] as const) {
        const attempt = (): Promise<unknown> => saver.putWrites(config, [["a", 1]], "task");
        await expectRefused(attempt, `putWrites without a ${what}`, "INVALID_CONFIG");
      }
    },
  }),
];
