import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread } from "../thread.ts";

export const writeValueClauses: readonly Clause[] = [
  clause("writes/falsy-values-are-writes", {
    rule: 'Writes of `null`, `false`, `0` and `""` are writes like any other, to ordinary channels and to `__resume__`: an interrupt may be answered with no.',
    hint: "Test whether the row exists, not whether its value is truthy.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const falsy = [null, false, 0, ""];
      for (const [i, value] of falsy.entries()) {
        await thread.write(
          1,
          [
            ["a", value],
            ["__resume__", value],
          ],
          `task ${i}`,
        );
      }
      const found = await thread.writes(1);
      for (const [i, value] of falsy.entries()) {
        const own = found.filter(([task]) => task === `task ${i}`);
        const expected = { a: value, __resume__: value };
        expectSame(
          Object.fromEntries(own.map(([, channel, written]) => [channel, written])),
          expected,
          `The writes of task ${i}`,
        );
      }
    },
  }),
];
