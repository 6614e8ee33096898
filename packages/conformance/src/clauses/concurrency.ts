import { RESUME } from "@threadmark/core";
import { show } from "@threadmark/core/comparison";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { turn } from "../host.ts";
import { permutation } from "../random.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread, checkpointId } from "../thread.ts";

/** The saver, and a second one on the same data if the harness has one. */
async function saversOf(context: ClauseContext): Promise<[TestedSaver, TestedSaver]> {
  try {
    return [context.saver, await context.reopen()];
  } catch {
    return [context.saver, context.saver];
  }
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** More than a saver in memory waits for promises within one call. */
const READS_IN_A_TURN = 50;

/**
 * Reads from the moment of a write until it ends. A saver that waits for nothing but promises is read after every few
 * of them, and one that waits for callbacks between any two of these, so that no state in between is passed over.
 */
async function readDuring(write: Promise<unknown>, read: () => Promise<void>): Promise<void> {
  let isOver = false;
  const writing = write.finally(() => {
    isOver = true;
  });
  const reading = async (): Promise<void> => {
    while (!isOver) {
      for (let time = 0; time < READS_IN_A_TURN && !isOver; time++) await read();
      await turn();
    }
  };
  await Promise.all([writing, reading(), reading()]);
}

export const concurrencyClauses: readonly Clause[] = [
  clause("concurrency/put-during-put-writes-keeps-both", {
    rule: "`put` and `putWrites` of one checkpoint may run at the same time, in any order and from two processes; the checkpoint and all its writes are stored.",
    hint: "Keep writes in separate rows. A flag on the checkpoint, or a document read, changed and written back, loses one of the two.",
    async run(context) {
      const [first, second] = await saversOf(context);
      for (let race = 0; race < context.sizes.races; race++) {
        const thread = new TestThread(first, context.threadId(`${race}`));
        const other = thread.on(race % 2 === 0 ? first : second);
        await thread.put({ id: 1, values: { a: 1 } });
        const calls = [
          () => thread.put({ id: 2, parent: 1, values: { a: 2 } }),
          () =>
            other.write(
              2,
              [
                ["a", 1],
                ["b", 1],
              ],
              "task-1",
            ),
          () => other.write(2, [[RESUME, 2]], "task-2"),
          () => other.write(2, [["a", 3]], "task-3"),
        ];
        await Promise.all(permutation(calls, race).map((call) => call()));
        const expected = [
          ["task-1", "a", 1],
          ["task-1", "b", 1],
          ["task-2", RESUME, 2],
          ["task-3", "a", 3],
        ];
        expectSame(await thread.writes(2), expected, "The pending writes after a race");
        expectSame(await thread.values(2), { a: 2 }, "The values after a race");
      }
    },
  }),
  clause("concurrency/identical-writes-at-once-are-one", {
    rule: "Many identical `putWrites` at the same time, from two processes, store each write once.",
    hint: "Let a unique key decide, in the statement that inserts; checking first and inserting afterwards stores it twice.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const thread = new TestThread(first, context.threadId());
      await thread.put({ id: 1 });
      await Promise.all(
        times(context.sizes.atOnce, (index) =>
          thread.on(index % 2 === 0 ? first : second).write(1, [
            ["a", "x"],
            [RESUME, "y"],
          ]),
        ),
      );
      const expected = [
        ["task", RESUME, "y"],
        ["task", "a", "x"],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("concurrency/competing-writes-leave-one-winner", {
    rule: "Of different simultaneous writes for one (task, index), exactly one is stored, as a whole: no mixture and no second row.",
    hint: "Write a batch in one atomic statement or transaction.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const thread = new TestThread(first, context.threadId());
      await thread.put({ id: 1 });
      await Promise.all(
        times(context.sizes.atOnce, (index) =>
          thread.on(index % 2 === 0 ? first : second).write(1, [
            ["a", index],
            ["b", index],
          ]),
        ),
      );
      const found = await thread.writes(1);
      const winner = found[0]?.[2];
      const expected = [
        ["task", "a", winner],
        ["task", "b", winner],
      ];
      expectSame(found, expected, "The writes of competing batches");
    },
  }),
  clause("concurrency/many-tasks-at-once", {
    rule: "Simultaneous writes of many tasks are all stored.",
    hint: "Do not read, change and write back a list of writes.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const thread = new TestThread(first, context.threadId());
      await thread.put({ id: 1 });
      const names = times(context.sizes.atOnce, (index) => `task ${index}`);
      await Promise.all(
        names.map((task, index) => thread.on(index % 2 === 0 ? first : second).write(1, [["a", task]], task)),
      );
      const expected = names.toSorted().map((task) => [task, "a", task]);
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("concurrency/puts-at-once-are-all-stored", {
    rule: "Simultaneous puts of different checkpoints of a thread are all stored, each with its own values.",
    hint: "Puts of a graph and its subgraphs, and of several runs, overlap. Keep no state between calls that could mix them up.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const thread = new TestThread(first, context.threadId());
      await thread.put({ id: 1, values: { a: 0, shared: "s" } });
      const ids = times(context.sizes.atOnce, (index) => index + 2);
      const put = (id: number): Promise<unknown> =>
        thread.on(id % 2 === 0 ? first : second).put({
          id,
          parent: 1,
          values: { a: id, shared: "s" },
          versions: { a: 2, shared: 1 },
          newVersions: { a: 2 },
        });
      await Promise.all(ids.map(put));
      for (const id of ids) {
        expectSame(await thread.values(id), { a: id, shared: "s" }, `The values of put ${id}`);
      }
      const all = [...ids.toReversed(), 1].map(checkpointId);
      expectSame(await thread.listed(), all, "The listing");
    },
  }),
  clause("concurrency/one-checkpoint-put-many-times-at-once", {
    rule: "Simultaneous puts of one checkpoint leave one complete checkpoint: all of it from one of the puts.",
    hint: "Replace a checkpoint in one atomic operation.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const thread = new TestThread(first, context.threadId());
      await Promise.all(
        times(context.sizes.atOnce, (index) =>
          thread.on(index % 2 === 0 ? first : second).put({
            id: 1,
            values: { a: index, b: { index } },
            metadata: { index },
          }),
        ),
      );
      const tuple = await thread.read(1);
      const winner = tuple.checkpoint.channel_values["a"];
      const expected = { a: winner, b: { index: winner } };
      expectSame(await thread.values(1), expected, "The values after puts at once");
      const stored = (tuple.metadata as { index?: unknown } | undefined)?.index;
      ensure(
        stored === winner,
        `The metadata is that of put ${show(stored)}, the values are those of put ${show(winner)}.`,
      );
      expectSame(await thread.listed(), [checkpointId(1)], "The listing");
    },
  }),
  clause("concurrency/readers-never-see-half-a-checkpoint", {
    rule: "A read during puts finds each checkpoint complete or not at all.",
    hint: "Write values before, or together with, the checkpoint that refers to them.",
    async run(context) {
      const [first, second] = await saversOf(context);
      const writer = new TestThread(first, context.threadId());
      const reader = writer.on(second);
      const count = context.sizes.races * 2;
      const valuesOf = (n: number): Record<string, unknown> => ({ a: n, b: { n }, c: `${n}`.repeat(200) });
      for (let id = 1; id <= count; id++) {
        const parent = id === 1 ? undefined : id - 1;
        await readDuring(writer.put({ id, parent, values: valuesOf(id) }), async () => {
          const tuple = await reader.find();
          if (tuple === undefined) return;
          const found = { ...tuple.checkpoint.channel_values };
          expectSame(found, valuesOf(tuple.metadata?.step ?? 0), "The values of a read during puts");
        });
      }
      expectSame((await reader.read()).checkpoint.id, checkpointId(count), "The latest id");
    },
  }),
  clause("concurrency/deleting-during-puts-leaves-nothing-broken", {
    rule: "After `deleteThread` during puts and writes, every checkpoint that exists is complete, and the thread works.",
    hint: "Delete in one atomic operation, and never assume that something is still stored if a deletion may have removed it.",
    async run(context) {
      const [first, second] = await saversOf(context);
      for (let race = 0; race < context.sizes.races; race++) {
        const thread = new TestThread(first, context.threadId(`${race}`));
        const text = "kept by all checkpoints ".repeat(100);
        await thread.put({ id: 1, values: { text, n: 1 } });
        const put = (id: number): Promise<unknown> =>
          thread.put({
            id,
            parent: id - 1,
            values: { text, n: id },
            versions: { text: 1, n: id },
            newVersions: { n: id },
          });
        const calls = [
          () => put(2).then(() => put(3)),
          () => thread.on(second).delete(),
          () => thread.write(2, [["a", text]]),
        ];
        await Promise.all(permutation(calls, race).map((call) => call()));
        await put(4);
        for (const id of await thread.listed()) {
          const tuple = await thread.read(id);
          const n = tuple.metadata?.step;
          expectSame({ ...tuple.checkpoint.channel_values }, { text, n }, "The values after a deletion");
        }
        expectSame((await thread.read()).checkpoint.id, checkpointId(4), "The latest id");
      }
    },
  }),
];
