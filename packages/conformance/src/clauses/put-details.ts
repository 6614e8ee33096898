import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, metadataOf, parentOf } from "../thread.ts";

export const putDetailClauses: readonly Clause[] = [
  clause("put/an-empty-value-is-a-value", {
    rule: 'A channel with the value `""`, `[]`, `{}`, `0`, `false` or `null` has this value and is not empty.',
    hint: "Check whether the channel exists, not whether its value is truthy or has items.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const make = (): Record<string, unknown> => ({
        text: "",
        list: [],
        object: {},
        zero: 0,
        no: false,
        nothing: null,
      });
      await thread.put({ id: 1, values: make() });
      await thread.put({
        id: 2,
        parent: 1,
        values: make(),
        versions: versionsOf(make(), 1),
        newVersions: {},
      });
      for (const id of [1, 2]) expectSame(await thread.values(id), make(), `The values of checkpoint ${id}`);
    },
  }),
  clause("put/the-time-is-kept-as-written", {
    rule: "`ts` comes back as exactly the string that was put, whatever its format.",
    hint: "Store it as text. A timestamp column, or a Date, returns another string for the same moment.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const times = [
        "2026-01-02T03:04:05.678901+00:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02",
        "yesterday",
        "",
      ];
      for (const [id, ts] of times.entries()) await thread.put({ id, ts });
      for (const [id, ts] of times.entries()) expectSame((await thread.read(id)).checkpoint.ts, ts, "ts");
    },
  }),
  clause("put/keeps-fields-that-it-does-not-know", {
    rule: "Fields of a checkpoint beyond these six come back as they were put, and so does a newer `v`: other releases of LangGraph have them.",
    hint: "Store the checkpoint without its values as one object; do not pick known fields out of it.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const more = { updated_channels: ["a", "b"], later: { nested: [1, null] } };
      const checkpoint = { ...checkpointOf({ id: 1, v: 5, values: { a: 1 } }), ...more };
      await saver.put(thread.config(), checkpoint, metadataOf({ id: 1 }), checkpoint.channel_versions);
      const { channel_values: put, ...expected } = checkpoint;
      for (const found of [(await thread.read(1)).checkpoint, (await thread.tuples())[0]?.checkpoint]) {
        const { channel_values: values, ...rest } = found ?? { channel_values: {} };
        expectSame(rest, expected, "The checkpoint without its values");
        expectSame({ ...values }, put, "The values");
      }
    },
  }),
  clause("put/a-second-put-leaves-nothing-of-the-first", {
    rule: "When an id is put again, `ts` and `versions_seen` of the first put are gone, and so are metadata keys that only the first put had.",
    hint: "Replace the row; do not merge into it, and do not leave columns out of the update.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const first = { id: 1, ts: "2026-01-01T00:00:00.000Z", versionsSeen: { a: { x: 1 }, b: { x: 2 } } };
      await thread.put({ ...first, values: { a: 1 }, metadata: { only: "first", both: { old: 1 } } });
      const second = { id: 1, ts: "2026-01-02T00:00:00.000Z", versionsSeen: { b: { y: 3 } } };
      await thread.put({ ...second, values: { a: 2 }, metadata: { both: { new: 2 } } });
      const { checkpoint, metadata } = await thread.read(1);
      expectSame(metadata, metadataOf({ id: 1, metadata: { both: { new: 2 } } }), "The metadata");
      expectSame(checkpoint.versions_seen, second.versionsSeen, "versions_seen");
      expectSame(checkpoint.ts, second.ts, "ts");
    },
  }),
  clause("put/a-second-put-replaces-the-parent", {
    rule: "When an id is put again with another parent, or without one, the last put decides.",
    hint: "Update the column of the parent as well. Only a put that names the checkpoint itself keeps the parent.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(2, (n) => ({ a: n }));
      await thread.put({ id: 3, parent: 2, values: { a: 3 } });
      await thread.put({ id: 3, parent: 1, values: { a: 3 } });
      expectSame(parentOf(await thread.read(3)), checkpointId(1), "The parent after another put");
      await thread.put({ id: 3, values: { a: 3 } });
      const parent = parentOf(await thread.read(3));
      ensure(parent === undefined, "A checkpoint that was put again without a parent still has one.");
    },
  }),
];

function versionsOf(values: Record<string, unknown>, version: number): Record<string, number> {
  return Object.fromEntries(Object.keys(values).map((channel) => [channel, version]));
}
