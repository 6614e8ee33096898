import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, collect, metadataOf } from "../thread.ts";

/** A value with an object at several levels, and a way to change all of them. */
function state(): { list: { text: string }[] } {
  return { list: [{ text: "as put" }] };
}

function spoil(value: ReturnType<typeof state>): void {
  for (const item of value.list) item.text = "changed";
  value.list.push({ text: "added" });
}

const AT_CALL_HINT =
  "Encode everything synchronously in the call, before the first await. The graph keeps changing the same objects.";

function freezeDeep<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const item of Object.values(value)) freezeDeep(item);
    Object.freeze(value);
  }
  return value;
}

export const aliasingClauses: readonly Clause[] = [
  clause("aliasing/put-reads-values-at-the-call", {
    rule: "`put` stores values, versions and metadata as they are when it is called; changing them right after the call, before it resolves, changes nothing that is stored.",
    hint: AT_CALL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { old: "old" } });
      const make = (): ReturnType<typeof checkpointOf> =>
        checkpointOf({
          id: 2,
          values: { a: state(), b: [1], old: "old" },
          versions: { a: 2, b: 2, old: 1 },
          versionsSeen: { node: { a: 1 } },
        });
      const checkpoint = make();
      const note = { id: 2, metadata: { nested: { note: "as put" } } };
      const metadata = metadataOf(note);
      const newVersions: Record<string, number> = { a: 2, b: 2 };
      const done = saver.put(thread.config(1), checkpoint, metadata, newVersions);
      spoil(checkpoint.channel_values["a"] as ReturnType<typeof state>);
      delete checkpoint.channel_values["b"];
      checkpoint.channel_values["c"] = "added";
      checkpoint.channel_versions["a"] = 99;
      Object.assign(checkpoint.versions_seen["node"] ?? {}, { a: 99 });
      Object.assign(metadata, { step: 99, nested: "changed" });
      delete newVersions["b"];
      await done;
      const tuple = await thread.read(2);
      const expected = make();
      expectSame({ ...tuple.checkpoint.channel_values }, expected.channel_values, "The values");
      expectSame(tuple.checkpoint.channel_versions, expected.channel_versions, "The versions");
      expectSame(tuple.checkpoint.versions_seen, expected.versions_seen, "versions_seen");
      expectSame(tuple.metadata, metadataOf(note), "The metadata");
    },
  }),
  clause("aliasing/ids-are-read-at-the-call", {
    rule: "`put` and `putWrites` take the ids from config and checkpoint when they are called; changing these objects right after the call changes nothing.",
    hint: AT_CALL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const checkpoint = checkpointOf({ id: 2, values: { a: 1 } });
      const parent = thread.config(1);
      const put = saver.put(parent, checkpoint, metadataOf({ id: 2 }), { a: 2 });
      checkpoint.id = "changed";
      Object.assign(parent.configurable ?? {}, { thread_id: "changed", checkpoint_id: "changed" });
      expectSame(await put, thread.config(2), "The config that put returns");
      const config = thread.config(2);
      const wrote = saver.putWrites(config, [["a", 1]], "task");
      Object.assign(config.configurable ?? {}, { thread_id: "changed", checkpoint_id: "changed" });
      await wrote;
      const tuple = await thread.read(2);
      expectSame(tuple.parentConfig, thread.config(1), "The parentConfig");
      expectSame(tuple.pendingWrites, [["task", "a", 1]], "The pending writes");
      expectSame(await thread.listed(), [2, 1].map(checkpointId), "The listing");
    },
  }),
  clause("aliasing/put-writes-reads-its-arguments-at-the-call", {
    rule: "`putWrites` stores the batch as it is when it is called; changing the values or the array right after the call changes nothing that is stored.",
    hint: AT_CALL_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const value = { list: [{ text: "as put" }] };
      const writes: [string, unknown][] = [
        ["a", value],
        ["b", 1],
      ];
      const done = saver.putWrites(thread.config(1), writes, "task");
      value.list[0] = { text: "changed" };
      writes[1] = ["changed", 2];
      writes.push(["added", 3]);
      await done;
      const expected = [
        ["task", "a", { list: [{ text: "as put" }] }],
        ["task", "b", 1],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("aliasing/arguments-are-not-changed", {
    rule: "`put` and `putWrites` change nothing in their arguments, and work on frozen ones.",
    hint: "Encode without changing the value; do not break cycles in place, and do not add keys to metadata or config.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const make = (): unknown[] => {
        const text = { id: 1, values: { a: state(), b: [undefined, { c: null }] } };
        return [thread.config(), checkpointOf(text), metadataOf(text), { a: 1, b: 1 }];
      };
      const [config, checkpoint, metadata, versions] = freezeDeep(make()) as Parameters<typeof saver.put>;
      await saver.put(config, checkpoint, metadata, versions);
      expectSame([config, checkpoint, metadata, versions], make(), "The arguments of put");
      const writes = (): [string, unknown][] => [
        ["a", state()],
        ["b", [undefined]],
      ];
      const frozen = freezeDeep(writes());
      await saver.putWrites(freezeDeep(thread.config(1)), frozen, "task");
      expectSame(frozen, writes(), "The writes given to putWrites");
    },
  }),
  clause("aliasing/reads-are-fresh", {
    rule: "Every read returns new objects: changing values, metadata or writes of one tuple changes neither what is stored nor another read.",
    hint: "Decode again for every read, or copy; never return an object that you keep.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const make = (): Record<string, unknown> => ({ a: { list: [{ text: "as put" }] } });
      const versionsSeen = { node: { a: 1 } };
      await thread.put({ id: 1, values: make(), metadata: { nested: { note: "as put" } }, versionsSeen });
      await thread.write(1, [["a", state()]]);
      const before = await thread.read(1);
      const [listed] = await collect(saver.list(thread.config()));
      for (const tuple of [await thread.read(1), listed]) {
        ensure(tuple !== undefined, "list yielded nothing.");
        spoil(tuple.checkpoint.channel_values["a"] as ReturnType<typeof state>);
        tuple.checkpoint.channel_values["b"] = "added";
        tuple.checkpoint.channel_versions["a"] = 99;
        Object.assign(tuple.checkpoint.versions_seen["node"] ?? {}, { a: 99 });
        Object.assign(tuple.metadata ?? {}, { step: 99 });
        Object.assign((tuple.metadata as { nested?: object }).nested ?? {}, { note: "changed" });
        spoil(tuple.pendingWrites?.[0]?.[2] as ReturnType<typeof state>);
        tuple.pendingWrites?.splice(0, 1);
      }
      const after = await thread.read(1);
      expectSame(after, before, "A read after changing what others returned");
      // What was read before may share objects with what was changed.
      expectSame({ ...after.checkpoint.channel_values }, make(), "The values after changing what was read");
      expectSame(
        after.checkpoint.versions_seen,
        { node: { a: 1 } },
        "versions_seen after changing what was read",
      );
      expectSame(after.pendingWrites, [["task", "a", state()]], "The writes after changing what was read");
      const [again] = await collect(saver.list(thread.config()));
      expectSame(again, before, "A listing after changing what others returned");
    },
  }),
  clause("aliasing/bytes-are-copied", {
    rule: "Bytes are copied too: changing a Uint8Array after `put` or `putWrites`, or one that was read, changes nothing that is stored.",
    hint: "Copy the bytes when encoding and when decoding; a serializer may return the array that it received.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const bytes = Uint8Array.of(49, 50, 51);
      const put = thread.put({ id: 1, values: { a: { bytes } } });
      bytes.fill(0);
      await put;
      const written = Uint8Array.of(49, 50, 51);
      const done = thread.write(1, [["a", written]]);
      written.fill(0);
      await done;
      for (const time of ["first", "second"]) {
        const found = (await thread.values(1))["a"] as { bytes: Uint8Array };
        expectSame(found, { bytes: Uint8Array.of(49, 50, 51) }, `The value of the ${time} read`);
        const [[, , write] = []] = await thread.writes(1);
        expectSame(write, Uint8Array.of(49, 50, 51), `The write of the ${time} read`);
        found.bytes.fill(9);
        (write as Uint8Array).fill(9);
      }
    },
  }),
];
