import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId } from "../thread.ts";

export const keptApartClauses: readonly Clause[] = [
  clause("concurrency/threads-and-namespaces-at-once", {
    rule: "Simultaneous puts into several threads and namespaces, and simultaneous writes to several checkpoints, are all stored, each with its own values, metadata and writes.",
    hint: "Keep no state of a call in a field of the saver, and lock no more than one thread.",
    async run({ saver, threadId, sizes }) {
      const count = Math.max(3, Math.ceil(sizes.atOnce / 4));
      const places = Array.from({ length: count }, (_, index) => new TestThread(saver, threadId(`${index}`)))
        .flatMap((thread) => [thread, thread.in("inner")])
        .map((thread) => ({ thread, label: `${thread.id} / ${thread.namespace}` }));
      await Promise.all(
        places.flatMap(({ thread, label }) =>
          [1, 2].map((id) => thread.put({ id, values: { a: label, id }, metadata: { label } })),
        ),
      );
      await Promise.all(
        places.flatMap(({ thread, label }) =>
          [1, 2].map((id) => thread.write(id, [["a", `${label} / ${id}`]])),
        ),
      );
      for (const { thread, label } of places) {
        expectSame(await thread.listed(), [2, 1].map(checkpointId), `The listing of ${label}`);
        for (const id of [1, 2]) {
          const { checkpoint, metadata, pendingWrites } = await thread.read(id);
          expectSame({ ...checkpoint.channel_values }, { a: label, id }, `The values of ${label}`);
          expectSame((metadata as { label?: unknown }).label, label, `The metadata of ${label}`);
          expectSame(pendingWrites, [["task", "a", `${label} / ${id}`]], `The writes of ${label}`);
        }
      }
    },
  }),
  clause("writes/other-reserved-channels-are-ordinary", {
    rule: "Writes to other reserved channels, such as `__no_writes__`, `__return__` and `__pregel_tasks`, are ordinary writes: all are kept, and the first one wins.",
    hint: "Only the four channels with a fixed index are special. A task that wrote `__no_writes__` must not run again.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const channels = [
        "__no_writes__",
        "__return__",
        "__previous__",
        "__pregel_tasks",
        "__input__",
        "__root__",
      ];
      const batch = (value: string): [string, unknown][] => channels.map((channel) => [channel, value]);
      await thread.write(1, batch("first"));
      await thread.write(1, batch("second"));
      const expected = channels.map((channel) => ["task", channel, "first"]);
      expectSame(await thread.writes(1), expected, "The pending writes");
      const [listed] = await thread.tuples();
      expectSame(listed?.pendingWrites, expected, "The pending writes of a listed tuple");
    },
  }),
  clause("metadata/may-be-long", {
    rule: "Metadata may have long keys and long values, and a filter finds them.",
    hint: "Index a digest of long values, or leave them out of the index; its limits must not limit the metadata.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const key = "k".repeat(3000);
      const text = "x".repeat(Math.ceil(sizes.largeValue / 4));
      const metadata = { [key]: 1, text, list: Array.from({ length: 2000 }, (_, index) => ({ index })) };
      await thread.put({ id: 1, metadata });
      await thread.put({ id: 2, parent: 1, metadata: { text: `${text}y` } });
      const found = { ...(await thread.read(1)).metadata };
      expectSame(found, { source: "loop", step: 1, parents: {}, ...metadata }, "The metadata");
      for (const filter of [{ [key]: 1 }, { text }]) {
        expectSame(await thread.listed({ filter }), [checkpointId(1)], "A listing with a filter");
      }
    },
  }),
];
