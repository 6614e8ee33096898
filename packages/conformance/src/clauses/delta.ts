import type { DeltaChannelHistory } from "@threadmark/core";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext, ClauseText } from "../clause.ts";
import type { Id } from "../thread.ts";
import { TestThread, parentOf } from "../thread.ts";

type History = Record<string, DeltaChannelHistory>;

async function history(thread: TestThread, id: Id | undefined, channels: string[]): Promise<History> {
  const found = await thread.saver.getDeltaChannelHistory?.({ config: thread.config(id), channels });
  ensure(found !== undefined, "getDeltaChannelHistory returned undefined.");
  return { ...found };
}

function deltaClause(name: string, text: Omit<ClauseText, "needs">): Clause {
  return clause(`delta/${name}`, { ...text, needs: ["getDeltaChannelHistory"] });
}

/** Checkpoints 1 to `count`; channel `d` has a value at `seed` only, and each has one write to it. */
async function deltaChain(
  { saver, threadId }: ClauseContext,
  count: number,
  seed: number,
): Promise<TestThread> {
  const thread = new TestThread(saver, threadId());
  for (let n = 1; n <= count; n++) {
    const values = n === seed ? { d: `seed ${n}`, n } : { n };
    const parent = n === 1 ? undefined : n - 1;
    await thread.put({ id: n, parent, values, versions: { d: n, n } });
    await thread.write(
      n,
      [
        ["d", `write ${n}`],
        ["n", n],
      ],
      `task ${n}`,
      "~p",
    );
  }
  return thread;
}

function writesOf(from: number, to: number): [string, string, unknown][] {
  const writes: [string, string, unknown][] = [];
  for (let n = from; n <= to; n++) writes.push([`task ${n}`, "d", `write ${n}`]);
  return writes;
}

export const deltaClauses: readonly Clause[] = [
  deltaClause("the-writes-of-the-ancestors-oldest-first", {
    rule: "`getDeltaChannelHistory` gathers the writes to a channel from the ancestors, starting with the parent, and returns them oldest first; the checkpoint's own writes are pending and not included.",
    hint: "Start at the parent, walk along parents, and reverse the result.",
    async run(context) {
      const thread = await deltaChain(context, 4, 0);
      const found = await history(thread, 4, ["d"]);
      expectSame(found, { d: { writes: writesOf(1, 3) } }, "The history");
    },
  }),
  deltaClause("ends-at-the-nearest-value", {
    rule: "The walk ends, per channel, at the nearest ancestor that has a value for it: the value is the seed, and the writes of that ancestor are included.",
    hint: "Take the writes of an ancestor before deciding whether to continue.",
    async run(context) {
      const thread = await deltaChain(context, 5, 3);
      const found = await history(thread, 5, ["d"]);
      expectSame(found, { d: { writes: writesOf(3, 4), seed: "seed 3" } }, "The history");
    },
  }),
  deltaClause("no-value-is-no-seed", {
    rule: 'If no ancestor has a value, there is no key `seed`; `null`, `0`, `false` and `""` are values.',
    hint: "Check whether channel_values has the key, not whether the value is truthy.",
    async run(context) {
      const thread = await deltaChain(context, 3, 0);
      const { d } = await history(thread, 3, ["d"]);
      ensure(d !== undefined && !("seed" in d), "There is a key seed without a value.");
      for (const [index, seed] of [null, 0, false, ""].entries()) {
        const other = new TestThread(context.saver, context.threadId(`${index}`));
        await other.put({ id: 1, values: { d: "older" } });
        await other.put({ id: 2, parent: 1, values: { d: seed } });
        await other.put({ id: 3, parent: 2, versions: { d: 2 }, newVersions: {} });
        const found = await history(other, 3, ["d"]);
        expectSame(found, { d: { writes: [], seed } }, "The history");
      }
    },
  }),
  deltaClause("every-channel-ends-on-its-own", {
    rule: "The walk ends for each requested channel separately; the result has every requested channel, even if nothing was found for it, and no others.",
    hint: "Keep the set of channels that are not finished, and continue until it is empty.",
    async run(context) {
      const thread = await deltaChain(context, 5, 2);
      const found = await history(thread, 5, ["n", "unknown", "d", "constructor"]);
      const expected = {
        d: { writes: writesOf(2, 4), seed: "seed 2" },
        n: { writes: [["task 4", "n", 4]], seed: 4 },
        unknown: { writes: [] },
        constructor: { writes: [] },
      };
      expectSame(found, expected, "The history");
    },
  }),
  deltaClause("no-channels-is-nothing", {
    rule: "An empty list of channels gives `{}`; an unknown checkpoint gives no writes and no seed.",
    hint: "Return an entry for each requested channel, even if nothing is found.",
    async run(context) {
      const thread = await deltaChain(context, 2, 1);
      expectSame(await history(thread, 2, []), {}, "The history of no channels");
      const none = { d: { writes: [] } };
      expectSame(await history(thread, 9, ["d"]), none, "The history of an unknown checkpoint");
      const unknown = new TestThread(context.saver, context.threadId("unknown"));
      expectSame(await history(unknown, undefined, ["d"]), none, "That of an unknown thread");
    },
  }),
  deltaClause("no-id-means-the-latest", {
    rule: "Without `checkpoint_id` the walk starts from the latest checkpoint.",
    hint: "Resolve the config as getTuple does.",
    async run(context) {
      const thread = await deltaChain(context, 4, 2);
      const expected = { d: { writes: writesOf(2, 3), seed: "seed 2" } };
      expectSame(await history(thread, undefined, ["d"]), expected, "The history");
    },
  }),
  deltaClause("follows-parents-not-ids", {
    rule: "The walk follows parents: writes of other branches, and of other namespaces, are left out.",
    hint: "Do not take all smaller ids; a branch does not have the writes of its siblings.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const inner = thread.in("inner");
      await thread.put({ id: 1, values: { d: "seed" } });
      for (const [id, parent] of [
        [2, 1],
        [3, 1],
        [4, 2],
        [5, 3],
        [6, 4],
      ] as const) {
        await thread.put({ id, parent, versions: { d: id } });
        await thread.write(id, [["d", `write ${id}`]]);
        await inner.put({ id, parent, versions: { d: id } });
        await inner.write(id, [["d", `inner ${id}`]]);
      }
      const on = (...ids: number[]): unknown => ({
        d: { writes: ids.map((id) => ["task", "d", `write ${id}`]), seed: "seed" },
      });
      expectSame(await history(thread, 6, ["d"]), on(2, 4), "The history of one branch");
      expectSame(await history(thread, 5, ["d"]), on(3), "The history of the other branch");
    },
  }),
  deltaClause("orders-the-writes-of-a-checkpoint", {
    rule: "Within one ancestor the writes are ordered by task path, task id and index, as `pendingWrites` are.",
    hint: "Use the same order as for pendingWrites: the live channel applied them in that order.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(
        1,
        [
          ["d", 4],
          ["x", 0],
          ["d", 5],
        ],
        "task-0",
        "~p2",
      );
      await thread.write(1, [["d", 3]], "task-9", "~p1");
      await thread.write(1, [["d", 2]], "task-8", "~p1");
      await thread.write(1, [["d", 1]], "task-7");
      await thread.put({ id: 2, parent: 1 });
      const { d } = await history(thread, 2, ["d"]);
      const values = d?.writes.map(([, , value]) => value);
      expectSame(values, [1, 2, 3, 4, 5], "The order of writes of one ancestor");
    },
  }),
  deltaClause("ends-at-a-missing-ancestor", {
    rule: "The walk ends where an ancestor is not stored, and returns what it has gathered.",
    hint: "Stop when the parent is not found; do not fail, and do not take the latest instead.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 9, values: { d: "later" } });
      for (const id of [3, 4]) {
        await thread.put({ id, parent: id - 1, versions: { d: id } });
        await thread.write(id, [["d", `write ${id}`]], `task ${id}`);
      }
      expectSame(await history(thread, 4, ["d"]), { d: { writes: writesOf(3, 3) } }, "The history");
      expectSame(await history(thread, 3, ["d"]), { d: { writes: [] } }, "The history");
    },
  }),
  deltaClause("ends-on-a-cycle", {
    rule: "The walk ends where the parents lead back to a checkpoint that it has already passed.",
    hint: "Remember the ids that were visited. A saver that fails here may block the process forever.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 5, parent: 5, versions: { d: 1 } });
      const own = parentOf(await thread.read(5));
      ensure(own === undefined, "A checkpoint is its own parent, so that the walk never ends.");
      for (const id of [1, 2, 3]) {
        await thread.put({ id, parent: id === 1 ? 3 : id - 1, versions: { d: id } });
        await thread.write(id, [["d", `write ${id}`]], `task ${id}`);
      }
      const { d } = await history(thread, 3, ["d"]);
      const values = new Set(d?.writes.map(([, , value]) => value));
      ensure(
        values.has("write 1") && values.has("write 2") && (d?.writes.length ?? 0) <= 3,
        "The history of a cycle must have the writes of each ancestor once.",
      );
    },
  }),
  deltaClause("goes-on-where-nothing-was-written", {
    rule: "An ancestor without writes to the channel, or without any writes, does not end the walk.",
    hint: "End at a value or where there is no parent, not where a query for writes finds nothing.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { d: "seed" } });
      for (let id = 2; id <= 9; id++) {
        await thread.put({ id, parent: id - 1, versions: { d: id } });
        if (id % 3 === 0) await thread.write(id, [["d", `write ${id}`]], `task ${id}`);
        if (id % 3 === 1) await thread.write(id, [["other", id]]);
      }
      const writes = [...writesOf(3, 3), ...writesOf(6, 6)];
      expectSame(await history(thread, 9, ["d"]), { d: { writes, seed: "seed" } }, "The history");
    },
  }),
  deltaClause("over-many-ancestors", {
    rule: "The walk reaches any number of ancestors.",
    hint: "Set no limit on the length of the chain; fetch ancestors in pages.",
    async run(context) {
      const count = context.sizes.ancestors;
      const thread = await deltaChain(context, count, 1);
      const expected = { d: { writes: writesOf(1, count - 1), seed: "seed 1" } };
      expectSame(await history(thread, count, ["d"]), expected, `The history of ${count} steps`);
    },
  }),
  deltaClause("values-are-exact", {
    rule: "Seeds and writes of a history are the values that were put, as from `getTuple`.",
    hint: "Decode them as getTuple does.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const long = "a longer text ".repeat(500);
      await thread.put({ id: 1, values: { d: { list: [long, { a: null }] } } });
      await thread.write(1, [["d", { more: [long], keys: { "a.b": 1 } }]]);
      await thread.put({ id: 2, parent: 1, versions: { d: 2 } });
      const expected = {
        d: {
          writes: [["task", "d", { more: [long], keys: { "a.b": 1 } }]],
          seed: { list: [long, { a: null }] },
        },
      };
      expectSame(await history(thread, 2, ["d"]), expected, "The history");
    },
  }),
];
