import { ERROR, INTERRUPT, RESUME, SCHEDULED } from "@threadmark/core";
import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { TestThread } from "../thread.ts";

const HINT =
  "Store the task path (the fourth argument of putWrites) and sort by (path, task id, index), strings by code point: not by locale, not by arrival. Reducers replay writes in this order.";

/** One write: where it goes in the order, from first to last. */
type Place = readonly [path: string | undefined, task: string];

/** Puts one write per place, and expects them back in the order given. */
async function expectOrder(context: ClauseContext, places: readonly Place[]): Promise<void> {
  const numbered = places.map((place, index) => ({ place, index }));
  const expected = numbered.map(({ place, index }) => [place[1], "a", index]);
  // Neither the order of arrival nor its reverse is right in the first, whatever the random one is.
  const middle = Math.ceil(numbered.length / 2);
  const orders = [
    [...numbered.slice(middle), ...numbered.slice(0, middle)],
    numbered.toReversed(),
    context.random.shuffle(numbered),
  ];
  for (const [id, order] of orders.entries()) {
    const thread = new TestThread(context.saver, context.threadId(`${id}`));
    await thread.put({ id: 1 });
    for (const { place, index } of order) await thread.write(1, [["a", index]], place[1], place[0]);
    expectSame(await thread.writes(1), expected, "The order of pending writes");
  }
}

export const pendingOrderClauses: readonly Clause[] = [
  clause("pending-order/by-task-path-first", {
    rule: "`pendingWrites` are ordered by task path first, whatever the task ids are.",
    hint: HINT,
    run: (context) =>
      expectOrder(context, [
        ["~__pregel_pull, a", "task-9"],
        ["~__pregel_pull, b", "task-1"],
        [`~__pregel_pull, ${"long ".repeat(80)}1`, "task-8"],
        [`~__pregel_pull, ${"long ".repeat(80)}2`, "task-3"],
        ["~__pregel_push, 0000000002", "task-5"],
        ["~__pregel_push, 0000000010", "task-0"],
      ]),
  }),
  clause("pending-order/then-by-task-id", {
    rule: "Among writes with the same path, or without one, the task id decides.",
    hint: HINT,
    run: (context) =>
      expectOrder(context, [
        [undefined, "00000000-0000-0000-0000-000000000000"],
        [undefined, "a"],
        [undefined, "b"],
        ["~p", "A"],
        ["~p", "AA"],
        ["~p", "B"],
      ]),
  }),
  clause("pending-order/then-by-index", {
    rule: "The writes of one task are in the order of their index, as numbers: special channels first (-4 to -1), then position by position.",
    hint: "Compare the index as a number; as text, 10 comes before 2.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const batch = Array.from({ length: 12 }, (_, index): [string, unknown] => [
        `channel ${11 - index}`,
        index,
      ]);
      await thread.write(1, batch, "task", "~p");
      const special = [ERROR, SCHEDULED, INTERRUPT, RESUME];
      for (const channel of special) await thread.write(1, [[channel, channel]], "task", "~p");
      const expected = [
        ...special.toReversed().map((channel) => ["task", channel, channel]),
        ...batch.map(([channel, value]) => ["task", channel, value]),
      ];
      expectSame(await thread.writes(1), expected, "The order of one task's writes");
    },
  }),
  clause("pending-order/without-a-path-first", {
    rule: 'Writes put without a task path count as having the path `""` and come first.',
    hint: 'Store "" where the fourth argument is missing.',
    run: (context) =>
      expectOrder(context, [
        [undefined, "task-8"],
        ["", "task-9"],
        ["!", "task-2"],
        ["~p", "task-1"],
      ]),
  }),
  clause("pending-order/by-code-point", {
    rule: "Paths and task ids are compared by code point, as UTF-8 bytes are: characters beyond U+FFFF come after all others.",
    hint: "JavaScript's < compares UTF-16 units and puts an emoji before U+FFFD. Compare code points, or bytes.",
    run: (context) =>
      expectOrder(context, [
        ["a", "\ue000"],
        ["a", "\ufffd"],
        ["a", "\u{1f600}"],
        ["\ue000", "t4"],
        ["\ufffd", "t3"],
        ["\u{10000}", "t2"],
        ["\u{1f600}", "t1"],
      ]),
  }),
  clause("pending-order/not-by-locale", {
    rule: "The order is that of code points in every locale: upper case before lower case, punctuation counted, accents last.",
    hint: 'Do not use localeCompare; in a database use a binary collation, such as COLLATE "C".',
    run: (context) =>
      expectOrder(context, [
        ["Z", "t9"],
        ["a", "t8"],
        ["a b", "t7"],
        ["a-b", "t6"],
        ["aB", "t5"],
        ["aa", "t4"],
        ["ab", "t3"],
        ["é", "B"],
        ["é", "_"],
        ["é", "a"],
        ["é", "ä"],
      ]),
  }),
  clause("pending-order/the-same-in-a-listing", {
    rule: "`list` yields `pendingWrites` in the same order as `getTuple`.",
    hint: "Sort the writes of both in one place.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      await thread.write(1, [["a", 3]], "task-0", "~p2");
      await thread.write(1, [["a", 2]], "task-9", "~p1");
      await thread.write(
        1,
        [
          ["a", 1],
          [RESUME, 0],
        ],
        "task-5",
      );
      const expected = [
        ["task-5", RESUME, 0],
        ["task-5", "a", 1],
        ["task-9", "a", 2],
        ["task-0", "a", 3],
      ];
      for await (const tuple of saver.list(thread.config())) {
        expectSame(tuple.pendingWrites, expected, "The pending writes of a listed tuple");
      }
    },
  }),
  clause("pending-order/another-path-is-the-same-write", {
    rule: "The task path orders writes but does not identify them: the same task and index under another path is the same write.",
    hint: "Keep the path out of the key.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      for (const [value, path] of [
        ["first", "~p1"],
        ["second", "~p2"],
      ] as const) {
        await thread.write(1, [["a", value]], "task", path);
        await thread.write(1, [[RESUME, value]], "task", path);
      }
      const found = await thread.writes(1);
      const byChannel = Object.fromEntries(found.map(([, channel, value]) => [channel, value]));
      expectSame(found.length, 2, "The number of pending writes");
      expectSame(byChannel, { a: "first", [RESUME]: "second" }, "The pending writes by channel");
    },
  }),
];
