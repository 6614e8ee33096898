import { show } from "@threadmark/core/comparison";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, metadataOf, parentOf } from "../thread.ts";

export const putClauses: readonly Clause[] = [
  clause("put/keeps-the-checkpoint", {
    rule: "A checkpoint comes back as it was put: `v`, `id`, `ts`, `channel_values`, `channel_versions` and `versions_seen`.",
    hint: "Store all six fields; compare what was put and what getTuple returns.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const text = {
        id: 7,
        values: { a: "text", "branch:to:b": { x: [1, { y: null }] } },
        versions: { a: 3, "branch:to:b": 4, __start__: 2 },
        versionsSeen: { __input__: {}, a: { __start__: 2 }, "b:c|d": { a: 3 } },
      };
      await thread.put(text);
      const { checkpoint } = await thread.read(7);
      const expected = checkpointOf(text);
      for (const key of ["v", "id", "ts", "channel_versions", "versions_seen"] as const) {
        expectSame(checkpoint[key], expected[key], key);
      }
      expectSame(await thread.values(7), text.values, "channel_values");
    },
  }),
  clause("put/keeps-every-metadata-key", {
    rule: "Metadata comes back exactly as given: source, step, parents with any namespace as key, and keys that the saver does not know.",
    hint: "Store metadata as one value; do not pick known fields out of it.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const metadata = {
        source: "fork",
        step: -2,
        parents: { "": "p0", "a:b-c|d:e": "p1" },
        delta_writes_versioned: true,
        counters_since_delta_snapshot: { messages: [1, 12] },
        nothing: null,
        nested: { list: [1, "2", { deep: false }], empty: {} },
        "dotted.key": 1,
        $dollar: 2,
      };
      await thread.put({ id: 1, metadata });
      const tuple = await thread.read(1);
      expectSame(tuple.metadata, metadata, "The metadata");
    },
  }),
  clause("put/keeps-the-parent", {
    rule: "On `put`, `config.configurable.checkpoint_id` is the id of the parent; `parentConfig` names it afterwards.",
    hint: "The new id is checkpoint.id; the one in the config is the parent's.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n }));
      await thread.put({ id: 4, parent: 2 });
      const parents: unknown[] = [];
      for (const id of [1, 2, 3, 4]) {
        parents.push(parentOf(await thread.read(id)));
      }
      const expected = [undefined, checkpointId(1), checkpointId(2), checkpointId(2)];
      expectSame(parents, expected, "The parents of four checkpoints");
    },
  }),
  clause("put/an-identical-put-changes-nothing", {
    rule: "`put` may be repeated with the same arguments: one checkpoint is stored, and it is the same as after the first.",
    hint: "Treat put as an upsert on (thread, namespace, id).",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "one" } });
      const text = { id: 2, parent: 1, values: { a: "two" }, metadata: { note: "n" } };
      await thread.put(text);
      const before = await thread.read(2);
      await thread.put(text);
      expectSame(await thread.read(2), before, "A checkpoint that was put twice");
      expectSame(await thread.listed(), [checkpointId(2), checkpointId(1)], "The listing");
    },
  }),
  clause("put/a-second-put-replaces-the-whole", {
    rule: "Putting an id again with other contents replaces the checkpoint as a whole: values, versions and metadata are all those of the last put, even if a channel's version is the same.",
    hint: "Do not keep old values because their (channel, version) is known already; the same version can stand for another value.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const first = { id: 1, values: { a: "old", b: "old" }, versions: { a: 1, b: 1 } };
      await thread.put({ ...first, metadata: { note: "old" } });
      await thread.put({ id: 1, values: { a: "new" }, versions: { a: 1 }, metadata: { note: "new" } });
      const tuple = await thread.read(1);
      expectSame(tuple.metadata, metadataOf({ id: 1, metadata: { note: "new" } }), "The metadata");
      expectSame(await thread.values(1), { a: "new" }, "The values");
      expectSame(tuple.checkpoint.channel_versions, { a: 1 }, "The versions");
    },
  }),
  clause("put/under-its-own-id-keeps-the-parent", {
    rule: "A put whose config names the checkpoint itself as parent keeps the checkpoint's existing parent and values.",
    hint: 'When config.checkpoint_id equals checkpoint.id, do not touch the parent. LangGraph does this put with durability "exit".',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await thread.put({ id: 2, parent: 1, values: { a: 2, b: "b" } });
      const values = { a: 2, b: "b" };
      await thread.put({ id: 2, parent: 2, values, versions: { a: 2, b: 2 }, newVersions: {} });
      const tuple = await thread.read(2);
      ensure(
        parentOf(tuple) === checkpointId(1),
        `The parent is ${show(parentOf(tuple))} instead of the first checkpoint.`,
      );
      expectSame(await thread.values(2), { a: 2, b: "b" }, "The values");
    },
  }),
  clause("put/is-never-its-own-parent", {
    rule: "A first put whose config names the checkpoint itself stores a checkpoint without a parent.",
    hint: "When config.checkpoint_id equals checkpoint.id and the checkpoint is new, store no parent; otherwise a walk along the parents never ends.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, parent: 1, values: { a: 1 } });
      const tuple = await thread.read(1);
      ensure(parentOf(tuple) === undefined, `The parent is ${show(parentOf(tuple))}, the checkpoint itself.`);
    },
  }),
  clause("put/a-child-may-have-a-smaller-id", {
    rule: "A child may have a smaller id than its parent; it is stored like any other, and the latest is still the greatest id.",
    hint: "Clocks step back. Order by id only, and do not treat the last put as the latest.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 5, values: { a: "parent" } });
      await thread.put({ id: 3, parent: 5, values: { a: "child" }, versions: { a: 6 } });
      const child = await thread.read(3);
      ensure(parentOf(child) === checkpointId(5), `The parent is ${show(parentOf(child))}.`);
      expectSame(await thread.values(3), { a: "child" }, "The values of the child");
      expectSame(await thread.values(), { a: "parent" }, "The values of the greatest id");
    },
  }),
  clause("put/versions-keep-their-type", {
    rule: "Channel versions come back as they were put, numbers as numbers and strings as strings, in `channel_versions` and `versions_seen`.",
    hint: "Do not turn versions into text or numbers; LangGraph compares them with >.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const text = "00000000000000000000000000000002.0438493720583247";
      const cases = [
        { a: 1, b: 9_007_199_254_740_991, c: 1.5 },
        { a: 0.1 + 0.2, b: 10 / 3, c: 12.25 },
        { a: text, b: "10", c: "" },
      ];
      for (const [index, versions] of cases.entries()) {
        const put = { id: index, values: { a: 1, b: 2, c: 3 }, versions };
        await thread.put({ ...put, versionsSeen: { node: versions } });
        const { checkpoint } = await thread.read(index);
        expectSame(checkpoint.channel_versions, versions, "channel_versions");
        expectSame(checkpoint.versions_seen, { node: versions }, "versions_seen");
        expectSame(await thread.values(index), { a: 1, b: 2, c: 3 }, "The values");
      }
    },
  }),
  clause("put/any-string-is-an-id", {
    rule: "Checkpoint ids are opaque strings; they need not be UUIDs.",
    hint: "Do not parse or validate ids. LangGraph itself makes some that are not valid UUIDs.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const ids = ["1ef4f797-8335-6428-ffff-8a1503f9b875", "1", "checkpoint two", "ü", "zz:top"];
      for (const id of ids) {
        await thread.put({ id, values: { a: id } });
      }
      for (const id of ids) {
        expectSame(await thread.values(id), { a: id }, `The values of checkpoint ${show(id)}`);
      }
    },
  }),
  clause("put/an-empty-state-is-a-state", {
    rule: "A checkpoint without channels is stored like any other.",
    hint: "Do not treat {} as nothing to store: LangGraph stores such a stub before the first step.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, metadata: { step: -2 } });
      const { checkpoint, pendingWrites } = await thread.read();
      expectSame({ ...checkpoint.channel_values }, {}, "channel_values");
      expectSame({ ...checkpoint.channel_versions }, {}, "channel_versions");
      expectSame(pendingWrites, [], "pendingWrites");
    },
  }),
  clause("put/many-channels", {
    rule: "A checkpoint may have any number of channels.",
    hint: "Send channels as arrays or documents, not as one statement parameter each.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const values: Record<string, unknown> = {};
      for (let index = 0; index < 2000; index++) values[`channel ${index}`] = { index };
      await thread.put({ id: 1, values });
      expectSame(await thread.values(1), values, "The values of 2000 channels");
    },
  }),
];
