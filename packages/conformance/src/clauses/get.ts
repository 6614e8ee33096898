import { show } from "@threadmark/core/comparison";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, configOf, parentOf } from "../thread.ts";

export const getClauses: readonly Clause[] = [
  clause("get/without-a-thread-is-nothing", {
    rule: "`getTuple` without a `thread_id` resolves to `undefined`.",
    hint: "Return undefined; do not throw, and do not search other threads.",
    async run({ saver, threadId }) {
      await new TestThread(saver, threadId()).put({ id: 1 });
      const tuple = await saver.getTuple({ configurable: {} });
      ensure(tuple === undefined, `getTuple without a thread_id returned ${show(tuple)}.`);
    },
  }),
  clause("get/an-unknown-thread-is-nothing", {
    rule: "`getTuple` of a thread, or of a namespace, that has no checkpoints resolves to `undefined`.",
    hint: "Return undefined if nothing is found.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      ensure((await thread.find()) === undefined, "getTuple found a checkpoint in an unknown thread.");
      ensure((await thread.find(1)) === undefined, "An unknown thread has a checkpoint.");
      await thread.put({ id: 1 });
      const other = await thread.in("other").find();
      ensure(other === undefined, "getTuple found a checkpoint in an unknown namespace.");
    },
  }),
  clause("get/an-unknown-id-is-nothing", {
    rule: "`getTuple` of an id that is not stored resolves to `undefined`, not to another checkpoint of the thread.",
    hint: "Use the id if given; the latest is only for configs without one.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 2 });
      for (const id of [1, 3, `${checkpointId(2)} `, checkpointId(2).slice(0, -1)]) {
        const tuple = await thread.find(id);
        ensure(
          tuple === undefined,
          `getTuple of the unknown id ${show(id)} found ${show(tuple?.checkpoint.id)}.`,
        );
      }
    },
  }),
  clause("get/the-latest-is-the-greatest-id", {
    rule: "The latest checkpoint of a namespace is the one with the greatest id as a string, not the one put last.",
    hint: "Order by id. Do not keep a pointer to the last put, and do not compare ids as numbers.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const ids = ["1", "9", "A", "10", "a", "B"];
      let greatest = "";
      for (const id of ids) {
        await thread.put({ id, values: { a: id } });
        if (id > greatest) greatest = id;
        const latest = await thread.read();
        ensure(
          latest.checkpoint.id === greatest,
          `The latest is ${show(latest.checkpoint.id)} instead of ${show(greatest)}.`,
        );
      }
    },
  }),
  clause("get/the-time-of-a-checkpoint-orders-nothing", {
    rule: "The latest checkpoint and the order of a listing follow the ids, whatever the `ts` of the checkpoints: clocks may go back.",
    hint: "Order by id. `ts` is for people.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const times = ["2026-03-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"];
      for (const [i, ts] of times.entries()) {
        await thread.put({ id: i + 1, parent: i === 0 ? undefined : i, ts, values: { a: i } });
      }
      expectSame((await thread.read()).checkpoint.id, checkpointId(3), "The id of the latest");
      const ids = [3, 2, 1].map(checkpointId);
      expectSame(await thread.listed(), ids, "The order of a listing");
      expectSame((await thread.read(2)).checkpoint.ts, times[1], "The ts of the second checkpoint");
    },
  }),
  clause("get/a-parent-that-is-not-stored-is-still-named", {
    rule: "`parentConfig` names the parent that a checkpoint was put under, even when that parent is not stored.",
    hint: "Return the parent id stored with the checkpoint; do not check whether the parent exists.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 2, parent: 1, values: { a: 1 } });
      expectSame(parentOf(await thread.read(2)), checkpointId(1), "The parent from getTuple");
      const [listed] = await thread.tuples();
      expectSame(listed && parentOf(listed), checkpointId(1), "The parent from list");
    },
  }),
  clause("get/ids-compare-by-code-point", {
    rule: "Checkpoint ids are compared by code point, as their UTF-8 bytes are, for the latest, for `before` and for the order of `list`.",
    hint: "JavaScript's < compares UTF-16 units; databases compare bytes. Compare code points, so that all savers agree.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      for (const id of ["\u{1f600}", "\ufffd", "z"]) await thread.put({ id, values: { a: id } });
      expectSame((await thread.read()).checkpoint.id, "\u{1f600}", "The id of the latest");
      expectSame(await thread.listed(), ["\u{1f600}", "\ufffd", "z"], "The order of a listing");
      const before = configOf(undefined, undefined, "\u{1f600}");
      expectSame(await thread.listed({ before }), ["\ufffd", "z"], "A listing before an id");
    },
  }),
  clause("get/older-checkpoints-stay", {
    rule: "Every checkpoint stays readable by id with its own values, metadata and parent, however many follow.",
    hint: "Do not overwrite or compact older checkpoints.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(12, (n) => ({ a: n, list: Array.from({ length: n }, (_, i) => i) }));
      for (let n = 1; n <= 12; n++) {
        const tuple = await thread.read(n);
        const list = Array.from({ length: n }, (_, i) => i);
        expectSame(await thread.values(n), { a: n, list }, `The values of checkpoint ${n}`);
        expectSame(tuple.metadata?.step, n, `The step of checkpoint ${n}`);
        const parent = n === 1 ? undefined : checkpointId(n - 1);
        expectSame(parentOf(tuple), parent, `The parent of checkpoint ${n}`);
      }
    },
  }),
  clause("get/get-is-the-checkpoint-of-the-tuple", {
    rule: "`get` returns the checkpoint of `getTuple`, or `undefined`.",
    hint: "Implement get as (await getTuple(config))?.checkpoint.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const none = await saver.get(thread.config());
      ensure(none === undefined, `get of an unknown thread returned ${show(none)}.`);
      await thread.chain(2, (n) => ({ a: n }));
      for (const id of [undefined, 1]) {
        const checkpoint = await saver.get(thread.config(id));
        expectSame(checkpoint, (await thread.read(id)).checkpoint, "The checkpoint that get returns");
      }
    },
  }),
];
