import { expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread } from "../thread.ts";

async function metadataOf(saver: TestedSaver, threadId: string): Promise<unknown> {
  return (await saver.getThread?.(threadId))?.metadata;
}

async function foundBy(saver: TestedSaver, filter: Record<string, unknown>): Promise<string[]> {
  const found: string[] = [];
  for await (const { threadId } of saver.listThreads?.({ filter }) ?? []) found.push(threadId);
  return found.toSorted();
}

function metadataClause(name: string, text: Omit<ClauseText, "needs" | "alone">): Clause {
  const needs = ["getThread", "listThreads", "updateThread"] as const;
  return clause(`thread-metadata/${name}`, { ...text, needs, alone: true });
}

export const threadMetadataClauses: readonly Clause[] = [
  metadataClause("is-set-with-put", {
    rule: "What the option `threadMetadata` returns for the config of a `put` is in the thread's metadata after it; keys that it omits or sets to `undefined` stay unchanged.",
    hint: "Write it in the same operation as the checkpoint, key by key.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ threadMetadata: (config) => config.metadata });
      const id = threadId();
      const put = async (n: number, metadata: Record<string, unknown> | undefined): Promise<void> => {
        const config = { ...new TestThread(saver, id).config(), ...(metadata && { metadata }) };
        const checkpoint = { v: 4, id: String(n), ts: "", channel_values: {}, channel_versions: {} };
        await saver.put(
          config,
          { ...checkpoint, versions_seen: {} },
          { source: "loop", step: n, parents: {} },
          {},
        );
      };
      await put(1, undefined);
      expectSame(await metadataOf(saver, id), {}, "The metadata of a thread without any");
      await put(2, { user: "u1", title: "first" });
      expectSame(await metadataOf(saver, id), { user: "u1", title: "first" }, "The metadata");
      await put(3, { title: "second", user: undefined, tags: ["x"] });
      const all = { user: "u1", title: "second", tags: ["x"] };
      expectSame(await metadataOf(saver, id), all, "The metadata after another put");
    },
  }),
  metadataClause("is-changed-by-update", {
    rule: "`updateThread` sets keys of a thread's metadata and removes those whose value is `undefined`; others stay, and so does `updatedAt`.",
    hint: "Change the named keys only, in one operation, and leave the time of the last write alone.",
    async run({ saver, threadId }) {
      const id = threadId();
      await new TestThread(saver, id).put({ id: 1 });
      const before = await saver.getThread?.(id);
      const update = (metadata: Record<string, unknown>): Promise<unknown> =>
        Promise.resolve(saver.updateThread?.(id, { metadata }));
      await update({ user: "u1", draft: true });
      await update({ title: null, draft: undefined, unknown: undefined });
      const after = await saver.getThread?.(id);
      expectSame(after?.metadata, { user: "u1", title: null }, "The metadata");
      expectSame(after?.updatedAt, before?.updatedAt, "updatedAt after an update");
    },
  }),
  metadataClause("an-unknown-thread-has-none", {
    rule: "`updateThread` of a thread that does not exist is refused with `THREAD_NOT_FOUND`, and creates no thread.",
    hint: "Check that the thread exists in the operation that changes it.",
    async run({ saver, threadId }) {
      const update = (): Promise<unknown> =>
        Promise.resolve(saver.updateThread?.(threadId(), { metadata: { a: 1 } }));
      await expectRefused(update, "updateThread of an unknown thread", "THREAD_NOT_FOUND");
      expectSame(await metadataOf(saver, threadId()), undefined, "The metadata of an unknown thread");
    },
  }),
  metadataClause("values-come-back", {
    rule: "Values in a thread's metadata come back as they were, under keys of any form and length.",
    hint: "Encode them as channel values are encoded.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const keys = ["", "a.b", "$set", "__proto__", "constructor", "\u{1f600}", "'\"\\", "k".repeat(3000)];
      const values = [null, 1.5, "text", [1, [2]], { a: { b: "c" } }, "x".repeat(20_000), true, ""];
      const metadata = Object.fromEntries(keys.map((key, index) => [key, values[index]]));
      await saver.updateThread?.(thread.id, { metadata });
      expectSame(await metadataOf(saver, thread.id), metadata, "The metadata");
      for (const [index, key] of keys.entries()) {
        const filter = Object.fromEntries([[key, values[index]]]);
        expectSame(await foundBy(saver, filter), [thread.id], "The threads that a filter selects");
      }
    },
  }),
  metadataClause("a-filter-selects-threads", {
    rule: "A filter of `listThreads` selects threads whose own metadata equals it on every key of the filter, `undefined` meaning that the key is absent; checkpoint metadata does not count.",
    hint: "Compare as filters of list do, using an index of threads.",
    async run({ saver, threadId }) {
      const given: Record<string, Record<string, unknown>> = {
        a: { user: "u1", tag: 1 },
        b: { user: "u1", tag: 2 },
        c: { user: "u2", tag: 1 },
        d: {},
      };
      for (const [name, metadata] of Object.entries(given)) {
        await new TestThread(saver, threadId(name)).put({ id: 1, metadata: { user: "u3", tag: name } });
        await saver.updateThread?.(threadId(name), { metadata });
      }
      const find = async (filter: Record<string, unknown>, ...names: string[]): Promise<void> => {
        const expected = names.map((name) => threadId(name));
        expectSame(await foundBy(saver, filter), expected, "The threads that a filter selects");
      };
      await find({ user: "u1" }, "a", "b");
      await find({ user: "u1", tag: 1 }, "a");
      await find({ tag: 1 }, "a", "c");
      await find({ user: undefined }, "d");
      await find({ user: "u3" });
      await find({ user: { $ne: "" } });
      await saver.updateThread?.(threadId("a"), { metadata: { user: "u2" } });
      await find({ user: "u1" }, "b");
      await find({ user: "u2" }, "a", "c");
      await find({}, "a", "b", "c", "d");
    },
  }),
  clause("thread-metadata/goes-with-the-thread", {
    needs: ["getThread", "updateThread", "copyThread"],
    alone: true,
    rule: "A copied thread starts with the source's metadata, and the two then change separately; a thread that was deleted and is used again has none.",
    hint: "Copy and delete it with the thread's own record.",
    async run({ saver, threadId }) {
      const [from, to] = [threadId("from"), threadId("to")];
      await new TestThread(saver, from).put({ id: 1 });
      await saver.updateThread?.(from, { metadata: { user: "u1", n: 1 } });
      await saver.copyThread?.(from, to);
      expectSame(await metadataOf(saver, to), { user: "u1", n: 1 }, "The metadata of the copy");
      await saver.updateThread?.(to, { metadata: { n: 2 } });
      expectSame(await metadataOf(saver, from), { user: "u1", n: 1 }, "The metadata of the source");
      await saver.deleteThread(from);
      await new TestThread(saver, from).put({ id: 1 });
      expectSame(await metadataOf(saver, from), {}, "The metadata of a thread that begins again");
      expectSame(await metadataOf(saver, to), { user: "u1", n: 2 }, "The metadata of the copy");
    },
  }),
];
