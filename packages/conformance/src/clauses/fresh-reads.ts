import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId } from "../thread.ts";

interface Item {
  text: string;
}

const item = (): Item => ({ text: "as put" });

function spoil(value: unknown): void {
  ensure(typeof value === "object" && value !== null, "A value is missing.");
  Object.assign(value, { text: "changed" });
}

export const freshReadClauses: readonly Clause[] = [
  clause("aliasing/tuples-of-a-listing-are-apart", {
    rule: "The tuples of one listing share no objects; nor do channels with equal values, or writes, within one tuple.",
    hint: "Decode every value separately, even if other checkpoints have the same one.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const values = (): Record<string, unknown> => ({ a: item(), b: item(), old: [item()] });
      const versions = { a: 1, b: 1, old: 1 };
      await thread.put({ id: 1, values: values(), versions, versionsSeen: { node: { a: 1 } } });
      const again = { parent: 1, versions, newVersions: {}, versionsSeen: { node: { a: 1 } } };
      await thread.put({ ...again, id: 2, values: values() });
      for (const id of [1, 2]) {
        await thread.write(id, [
          ["a", item()],
          ["b", item()],
        ]);
      }
      for (const tuple of await thread.tuples()) {
        const { channel_values: found, versions_seen: seen } = tuple.checkpoint;
        const [first, second] = tuple.pendingWrites ?? [];
        expectSame({ ...found }, values(), `The values of checkpoint ${tuple.checkpoint.id}`);
        expectSame(seen, { node: { a: 1 } }, `versions_seen of checkpoint ${tuple.checkpoint.id}`);
        expectSame(first, ["task", "a", item()], `A write of checkpoint ${tuple.checkpoint.id}`);
        spoil(found["a"]);
        expectSame(found["b"], item(), "The other channel with an equal value");
        spoil((found["old"] as unknown[])[0]);
        spoil(first?.[2]);
        expectSame(second, ["task", "b", item()], "The other write with an equal value");
        Object.assign(seen["node"] ?? {}, { a: 99 });
      }
      const read = await thread.read(1);
      expectSame({ ...read.checkpoint.channel_values }, values(), "The values of a read after the listing");
      expectSame(read.checkpoint.versions_seen, { node: { a: 1 } }, "versions_seen after the listing");
      expectSame(
        await thread.writes(1),
        [
          ["task", "a", item()],
          ["task", "b", item()],
        ],
        "The writes after it",
      );
    },
  }),
  clause("aliasing/reading-takes-its-arguments-at-the-call", {
    rule: "`getTuple` reads its config when it is called; changing the config right after the call changes nothing.",
    hint: "Read the ids before the first await.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(2, (n) => ({ a: n }));
      const config = thread.config(1);
      const reading = saver.getTuple(config);
      Object.assign(config.configurable ?? {}, { thread_id: "changed", checkpoint_id: checkpointId(2) });
      const tuple = await reading;
      expectSame(tuple?.config, thread.config(1), "The config of the tuple");
      expectSame(tuple?.checkpoint.id, checkpointId(1), "The id of the checkpoint");
    },
  }),
  clause("aliasing/histories-are-fresh", {
    rule: "`getDeltaChannelHistory` returns new objects: changing its seeds and writes changes no later history.",
    hint: "Decode them again for every call.",
    needs: ["getDeltaChannelHistory"],
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { d: item() } });
      await thread.write(1, [["d", item()]]);
      await thread.put({ id: 2, parent: 1, versions: { d: 2 } });
      for (const time of ["first", "second"]) {
        const found = await saver.getDeltaChannelHistory?.({ config: thread.config(2), channels: ["d"] });
        const history = found?.["d"];
        expectSame(history, { writes: [["task", "d", item()]], seed: item() }, `The ${time} history`);
        spoil(history?.seed);
        spoil(history?.writes[0]?.[2]);
        history?.writes.splice(0, 1);
      }
    },
  }),
];
