import { ERROR, INTERRUPT, RESUME, SCHEDULED } from "@threadmark/core";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, collect, configOf, idOf } from "../thread.ts";

/** Ids from `newest` down to `oldest`. */
function down(newest: number, oldest: number): string[] {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => checkpointId(newest - index));
}

export const listClauses: readonly Clause[] = [
  clause("list/newest-first", {
    rule: "`list` yields checkpoints by descending id, in whatever order they were put.",
    hint: "Order by id, not by time of writing.",
    async run({ saver, threadId, random }) {
      const thread = new TestThread(saver, threadId());
      const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
      for (const id of random.shuffle(numbers)) await thread.put({ id });
      expectSame(await thread.listed(), down(12, 1), "The order of a listing");
    },
  }),
  clause("list/everything-without-a-limit", {
    rule: "Without a limit `list` yields every checkpoint.",
    hint: "Have no default limit.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(15, () => ({}));
      expectSame(await thread.listed(), down(15, 1), "A listing without a limit");
    },
  }),
  clause("list/more-than-a-page", {
    rule: "`list` yields every checkpoint, however many there are, each once.",
    hint: "Page through the database inside the iterator, and continue from the last key, not from an offset.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const count = sizes.listing;
      for (let start = 1; start <= count; start += 100) {
        const page = Array.from({ length: Math.min(100, count - start + 1) }, (_, i) => start + i);
        await Promise.all(page.map((id) => thread.put({ id })));
      }
      expectSame(await thread.listed(), down(count, 1), `A listing of ${count} checkpoints`);
    },
  }),
  clause("list/limit-is-the-most", {
    rule: "`limit` is the maximum number of tuples; the newest are returned.",
    hint: "Apply the limit after order, before and filter.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(5, () => ({}));
      expectSame(await thread.listed({ limit: 1 }), down(5, 5), "A listing with limit 1");
      expectSame(await thread.listed({ limit: 3 }), down(5, 3), "A listing with limit 3");
      expectSame(await thread.listed({ limit: 9 }), down(5, 1), "A listing with limit 9");
    },
  }),
  clause("list/limit-zero-is-nothing", {
    rule: "`limit` 0 yields nothing.",
    hint: "Test limit !== undefined; 0 is not absent.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, () => ({}));
      expectSame(await thread.listed({ limit: 0 }), [], "A listing with limit 0");
    },
  }),
  clause("list/before-is-strictly-smaller", {
    rule: "With `before.configurable.checkpoint_id`, even if `before` has no other key, only checkpoints with a smaller id are listed; the id need not be stored.",
    hint: "Compare ids with <. LangGraph passes before without thread_id.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      for (const id of [1, 2, 4, 5]) await thread.put({ id });
      const before = (id: number | undefined): { before: ReturnType<typeof configOf> } => ({
        before: configOf(undefined, undefined, id),
      });
      expectSame(await thread.listed(before(4)), down(2, 1), "A listing before a checkpoint");
      expectSame(await thread.listed(before(3)), down(2, 1), "A listing before an unknown id");
      expectSame(await thread.listed(before(1)), [], "A listing before the first checkpoint");
      const all = [...down(5, 4), ...down(2, 1)];
      expectSame(await thread.listed(before(9)), all, "A listing before a later id");
      expectSame(await thread.listed(before(undefined)), all, "A listing with before and no id");
      const newest = { ...before(4), limit: 1 };
      expectSame(await thread.listed(newest), down(2, 2), "The newest one before a checkpoint");
    },
  }),
  clause("list/pages-by-before-limit-and-filter", {
    rule: "`before`, `filter` and `limit` work together: paging with the last id as `before` visits every matching checkpoint once.",
    hint: "Apply before and filter in the query, and the limit last; do not filter a page of a fixed size.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const count = sizes.paging;
      // Rarer than a page is long, so that most pages are read over many that do not match.
      const matches = (id: number): boolean => id % 9 === 0;
      for (let id = 1; id <= count; id++) {
        await thread.put({ id, metadata: { source: matches(id) ? "input" : "loop" } });
      }
      const wanted = down(count, 1).filter((_, index) => matches(count - index));
      const found: string[] = [];
      while (found.length < wanted.length) {
        const before = configOf(undefined, undefined, found.at(-1));
        const page = await thread.listed({ before, limit: 4, filter: { source: "input" } });
        const expected = wanted.slice(found.length, found.length + 4);
        expectSame(page, expected, `A page of ${count} checkpoints, after ${found.length} others`);
        found.push(...page);
      }
    },
  }),
  clause("list/an-id-selects-one", {
    rule: "A `checkpoint_id` in the config yields only that checkpoint.",
    hint: "Honour config.configurable.checkpoint_id in list as in getTuple.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, () => ({}));
      const one = await collect(saver.list(thread.config(2)));
      expectSame(one.map(idOf), [checkpointId(2)], "A listing of one id");
      const none = await collect(saver.list(thread.config(9)));
      expectSame(none.map(idOf), [], "A listing of an unknown id");
    },
  }),
  clause("list/the-root-namespace-is-not-all", {
    rule: 'A `checkpoint_ns` of `""` yields only the root namespace; any other yields only that namespace.',
    hint: 'Test checkpoint_ns !== undefined; "" is a namespace.',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const inner = thread.in("node:1");
      await thread.put({ id: 1 });
      await inner.put({ id: 2 });
      expectSame(await thread.listed(), [checkpointId(1)], 'The listing of ""');
      expectSame(await inner.listed(), [checkpointId(2)], "The listing of a namespace");
      expectSame(await thread.in("node").listed(), [], "The listing of an unknown namespace");
    },
  }),
  clause("list/no-namespace-is-all", {
    rule: "Without `checkpoint_ns`, `list` yields the checkpoints of all namespaces of the thread, newest first across all of them, and `limit` counts across all of them.",
    hint: "Leave the namespace out of the condition if the key is absent, and sort by id before the limit.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      for (const [id, namespace] of ["b", "", "a", "", "b", "a"].entries()) {
        await thread.in(namespace).put({ id: id + 1 });
      }
      const config = configOf(thread.id, undefined);
      const all = await collect(saver.list(config));
      expectSame(all.map(idOf), down(6, 1), "A listing of all namespaces");
      const namespaces = all.map((tuple): unknown => tuple.config.configurable?.["checkpoint_ns"]);
      expectSame(namespaces, ["a", "b", "", "a", "", "b"], "The namespaces of a listing");
      const some = await collect(saver.list(config, { limit: 2 }));
      expectSame(some.map(idOf), down(6, 5), "The newest two over all namespaces");
    },
  }),
  clause("list/one-id-in-two-namespaces", {
    rule: "Checkpoints with the same id in several namespaces are different checkpoints: all are listed.",
    hint: "Make the namespace part of the key and of the position from which the next page continues.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const namespaces = ["", "a", "b"];
      for (const namespace of namespaces) {
        await thread.in(namespace).put({ id: 1, values: { a: namespace } });
      }
      const tuples = await collect(saver.list(configOf(thread.id, undefined, 1)));
      const values = tuples.map((tuple) => tuple.checkpoint.channel_values["a"]);
      expectSame(values.map(String).toSorted(), namespaces, "The values of one id in three namespaces");
    },
  }),
  clause("list/tuples-are-those-of-get", {
    rule: "A listed tuple equals the one from `getTuple`: values, metadata, config, `parentConfig` and `pendingWrites`.",
    hint: "Build the tuples of both in one place.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n, b: { n } }));
      await thread.write(
        2,
        [
          ["a", 1],
          ["b", "x"],
        ],
        "task",
        "~p",
      );
      for (const channel of [ERROR, SCHEDULED, INTERRUPT, RESUME])
        await thread.write(2, [[channel, channel]]);
      const tuples = await collect(saver.list(thread.config()));
      expectSame(tuples.length, 3, "The number of listed tuples");
      for (const tuple of tuples) {
        expectSame(tuple, await thread.read(idOf(tuple)), "A listed tuple");
      }
    },
  }),
  clause("list/an-unknown-thread-is-empty", {
    rule: "`list` of a thread without checkpoints yields nothing.",
    hint: "End the iterator; do not throw.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      expectSame(await thread.listed(), [], "The listing of an unknown thread");
      const first = await saver.list(configOf(thread.id, undefined)).next();
      ensure(first.done === true, "The iterator of an empty listing is not done.");
    },
  }),
  clause("list/no-thread-is-all-threads", {
    rule: "Without `thread_id`, `list` yields the checkpoints of all threads, newest first across all of them.",
    hint: "Sort by id across all threads, not thread by thread.",
    alone: true,
    async run({ saver, threadId }) {
      for (const [index, name] of ["b", "a", "c", "a", "b"].entries()) {
        await new TestThread(saver, threadId(name)).put({ id: index + 1 });
      }
      const all = await collect(saver.list({ configurable: {} }));
      expectSame(all.map(idOf), down(5, 1), "A listing of all threads");
      const threads = all.map((tuple): unknown => tuple.config.configurable?.["thread_id"]);
      expectSame(threads, ["b", "a", "c", "a", "b"].map(threadId), "The threads of a listing");
    },
  }),
  clause("list/limit-and-before-over-all-threads", {
    rule: "`limit` and `before` work across all threads as they do within one; a limit takes the newest of all threads.",
    hint: "Apply the limit to the sorted checkpoints of all threads, not to the first thread.",
    alone: true,
    async run({ saver, threadId }) {
      for (let id = 1; id <= 9; id++) {
        await new TestThread(saver, threadId(`${id % 3}`)).put({ id });
      }
      const list = async (options: Parameters<typeof saver.list>[1]): Promise<string[]> =>
        (await collect(saver.list({ configurable: {} }, options))).map(idOf);
      expectSame(await list({ limit: 4 }), down(9, 6), "The newest 4 of all threads");
      const before = configOf(undefined, undefined, 5);
      expectSame(await list({ before }), down(4, 1), "A listing of all threads before an id");
      expectSame(await list({ before, limit: 2 }), down(4, 3), "The newest 2 before an id");
      expectSame(await list({ limit: 0 }), [], "Limit 0 over all threads");
    },
  }),
  clause("list/one-id-in-many-threads", {
    rule: "Threads may have checkpoints with the same ids, and values for the same channel and version; a listing of all threads yields every one with its own values.",
    hint: "Make the thread part of the key, of every join and of the position from which the next page continues.",
    alone: true,
    async run({ saver, threadId }) {
      const names = Array.from({ length: 25 }, (_, index) => `${index}`);
      for (const name of names) {
        const thread = new TestThread(saver, threadId(name));
        await thread.chain(5, () => ({ a: thread.id }));
        await thread.write(3, [["a", thread.id]]);
      }
      const tuples = await collect(saver.list({ configurable: {} }));
      expectSame(tuples.length, 125, "The number of listed tuples");
      for (const tuple of tuples) {
        const thread: unknown = tuple.config.configurable?.["thread_id"];
        expectSame({ ...tuple.checkpoint.channel_values }, { a: thread }, "The values of a tuple");
        const writes = idOf(tuple) === checkpointId(3) ? [["task", "a", thread]] : [];
        expectSame(tuple.pendingWrites, writes, "The pending writes of a tuple");
      }
    },
  }),
  clause("list/may-be-left-early", {
    rule: "A consumer may stop a listing at any time, however often; the saver works as before.",
    hint: "Free connections, cursors and locks in a finally block of the generator.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(5, (n) => ({ a: n }));
      for (let time = 0; time < 30; time++) {
        for await (const tuple of saver.list(thread.config())) {
          expectSame(idOf(tuple), checkpointId(5), "The first tuple of a listing");
          break;
        }
      }
      await thread.put({ id: 6, parent: 5, values: { a: 6 } });
      expectSame(await thread.listed(), down(6, 1), "A listing after many that were left");
    },
  }),
];
