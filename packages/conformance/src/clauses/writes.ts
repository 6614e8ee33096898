import { ERROR, INTERRUPT, RESUME, SCHEDULED } from "@threadmark/core";
import { show } from "@threadmark/core/comparison";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, configOf } from "../thread.ts";

const PER_WRITE_HINT =
  "Decide for each write separately: index 0 and up, insert unless it exists; special channels (negative index), insert or replace.";

export const writesClauses: readonly Clause[] = [
  clause("writes/come-back-with-their-checkpoint", {
    rule: "The pending writes of all tasks come back with their checkpoint, as `[task id, channel, value]`.",
    hint: "Key writes by (thread, namespace, checkpoint, task, index).",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(
        1,
        [
          ["a", { x: 1 }],
          ["b", "2"],
        ],
        "task-1",
      );
      await thread.write(1, [["a", [3]]], "task-2");
      const expected = [
        ["task-1", "a", { x: 1 }],
        ["task-1", "b", "2"],
        ["task-2", "a", [3]],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/none-is-an-empty-list", {
    rule: "`pendingWrites` of a checkpoint without writes is `[]`, from `getTuple` and from `list`.",
    hint: "Return an empty list, not undefined.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      expectSame((await thread.read(1)).pendingWrites, [], "pendingWrites from getTuple");
      for await (const tuple of saver.list(thread.config())) {
        expectSame(tuple.pendingWrites, [], "pendingWrites from list");
      }
    },
  }),
  clause("writes/no-namespace-means-root", {
    rule: '`putWrites` without `checkpoint_ns` writes to the root namespace `""`.',
    hint: 'Read the namespace as configurable.checkpoint_ns ?? "" in putWrites too.',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await saver.putWrites(configOf(thread.id, undefined, 1), [["a", 1]], "task");
      expectSame(await thread.writes(1), [["task", "a", 1]], "The pending writes of the root");
    },
  }),
  clause("writes/may-arrive-before-the-checkpoint", {
    rule: "Writes that are put before their checkpoint can be read once the checkpoint is stored.",
    hint: "Require no checkpoint row for a write, and do not reset writes when the checkpoint is put: LangGraph sends both at once.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(2, [["a", 1]], "early");
      await thread.put({ id: 2, parent: 1 });
      await thread.write(2, [["a", 2]], "late");
      const expected = [
        ["early", "a", 1],
        ["late", "a", 2],
      ];
      expectSame(await thread.writes(2), expected, "The pending writes");
    },
  }),
  clause("writes/need-no-checkpoint", {
    rule: "Writes to a checkpoint that is never put are accepted, and make no checkpoint appear.",
    hint: "Keep them until the checkpoint arrives; getTuple, list and the latest depend on checkpoints only.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.write(9, [["a", 1]]);
      const none = await thread.find(9);
      ensure(none === undefined, "getTuple returned a checkpoint that has only writes.");
      ensure((await thread.find()) === undefined, "A checkpoint with only writes is the latest.");
      await thread.put({ id: 1 });
      expectSame(await thread.listed(), [checkpointId(1)], "The listing");
      expectSame(await thread.writes(), [], "The pending writes of the latest checkpoint");
    },
  }),
  clause("writes/stay-when-the-checkpoint-is-put-again", {
    rule: "Putting a checkpoint again leaves its pending writes unchanged.",
    hint: "Store writes separately from the checkpoint, and never rewrite one from a copy of the other.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await thread.write(1, [
        ["a", 1],
        [RESUME, "r"],
      ]);
      await thread.put({ id: 1, values: { a: 2 } });
      const expected = [
        ["task", RESUME, "r"],
        ["task", "a", 1],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/the-first-regular-write-wins", {
    rule: "If a write to an ordinary channel already exists for (task, index), it is kept, and the later one is dropped.",
    hint: PER_WRITE_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [["a", "first"]]);
      await thread.write(1, [
        ["a", "second"],
        ["b", "new"],
      ]);
      const expected = [
        ["task", "a", "first"],
        ["task", "b", "new"],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes of a retried task");
    },
  }),
  clause("writes/the-last-special-write-wins", {
    rule: "A write to `__error__`, `__scheduled__`, `__interrupt__` or `__resume__` replaces the task's earlier one.",
    hint: PER_WRITE_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const order = [RESUME, INTERRUPT, SCHEDULED, ERROR];
      // Parallel tasks may all ask, and all fail.
      const tasks = ["task 1", "task 2"];
      for (const task of tasks) {
        for (const value of ["first", "second"]) {
          for (const channel of order) await thread.write(1, [[channel, { value }]], task);
        }
      }
      const expected = tasks.flatMap((task) => order.map((name) => [task, name, { value: "second" }]));
      expectSame(await thread.writes(1), expected, "The special writes of two tasks");
    },
  }),
  clause("writes/mixed-batches-are-decided-write-by-write", {
    rule: "In a batch of ordinary and special channels, each write follows its own rule: the ordinary ones keep the first value, the special ones take the last.",
    hint: `${PER_WRITE_HINT} A rule for the whole batch loses the newest human answer of Command({ resume, update }).`,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [
        ["a", 1],
        [RESUME, "answer 1"],
        ["b", 1],
      ]);
      await thread.write(1, [
        ["a", 2],
        [RESUME, "answer 2"],
        ["b", 2],
      ]);
      const expected = [
        ["task", RESUME, "answer 2"],
        ["task", "a", 1],
        ["task", "b", 1],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/the-index-counts-the-whole-batch", {
    rule: "The index of an ordinary write is its position in the batch, counting special writes too.",
    hint: "Use the index of the array that was passed; do not filter it first.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [
        [RESUME, "r"],
        ["a", 1],
        ["b", 2],
      ]);
      await thread.write(1, [
        ["new", 0],
        ["dropped", 1],
        ["dropped", 2],
      ]);
      const expected = [
        ["task", RESUME, "r"],
        ["task", "new", 0],
        ["task", "a", 1],
        ["task", "b", 2],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/one-channel-may-occur-twice", {
    rule: "A batch may write to one channel several times; all of these writes are kept, in order. For a special channel, the last one is kept.",
    hint: "The key of a write contains its index, not its channel.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [
        ["a", 1],
        ["a", 1],
        ["a", 3],
      ]);
      await thread.write(1, [
        [INTERRUPT, 1],
        [INTERRUPT, 2],
      ]);
      const expected = [
        ["task", INTERRUPT, 2],
        ["task", "a", 1],
        ["task", "a", 1],
        ["task", "a", 3],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/names-of-object-members-are-ordinary-channels", {
    rule: "Only the four special channels have a fixed index; channels named `constructor`, `toString` or `__proto__` are ordinary.",
    hint: "Look the special index up with Object.hasOwn, or in a Map: a plain object also has the members of Object.prototype.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const names = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"];
      await thread.write(
        1,
        names.map((name) => [name, "first"]),
      );
      await thread.write(
        1,
        names.map((name) => [name, "second"]),
      );
      const expected = names.map((name) => ["task", name, "first"]);
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/an-empty-batch-is-nothing", {
    rule: "`putWrites` with no writes does nothing.",
    hint: "Return early, or make sure that the statement accepts zero rows.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.write(1, []);
      ensure((await thread.find()) === undefined, "An empty batch made a checkpoint appear.");
      await thread.put({ id: 1 });
      await thread.write(1, [["a", 1]]);
      await thread.write(1, []);
      expectSame(await thread.writes(1), [["task", "a", 1]], "The pending writes");
    },
  }),
  clause("writes/a-retry-with-fewer-removes-nothing", {
    rule: "Writes are kept row by row: a later, shorter batch of the same task, or its error, leaves existing rows alone.",
    hint: "Do not delete a task's writes before inserting.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ]);
      await thread.write(1, [[ERROR, { message: "m", name: "E" }]]);
      await thread.write(1, [["a", 9]]);
      const expected = [
        ["task", ERROR, { message: "m", name: "E" }],
        ["task", "a", 1],
        ["task", "b", 2],
        ["task", "c", 3],
      ];
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("writes/belong-to-one-checkpoint", {
    rule: "Pending writes belong to one checkpoint of one namespace: neither a child nor the same id in another namespace has them.",
    hint: "Read writes by (thread, namespace, checkpoint), all three.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const other = thread.in("other");
      await thread.put({ id: 1 });
      await thread.put({ id: 2, parent: 1 });
      await other.put({ id: 1 });
      await thread.write(1, [["a", 1]]);
      expectSame(await thread.writes(1), [["task", "a", 1]], "The pending writes");
      expectSame(await thread.writes(2), [], "The pending writes of the child");
      expectSame(await other.writes(1), [], "The pending writes in the other namespace");
    },
  }),
  clause("writes/a-large-batch", {
    rule: "A batch may have any number of writes.",
    hint: "Send a batch as arrays or documents, not as one statement parameter each.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const count = 1500;
      const batch = Array.from({ length: count }, (_, index): [string, unknown] => ["a", index]);
      await thread.write(1, batch);
      const [listed] = await thread.tuples();
      for (const found of [await thread.writes(1), listed?.pendingWrites ?? []]) {
        ensure(found.length === count, `${found.length} writes came back instead of ${count}.`);
        const wrong = found.findIndex(([, , value], index) => value !== index);
        ensure(wrong === -1, `Write ${wrong} has the value ${show(found[wrong]?.[2])}.`);
      }
    },
  }),
];
