import { ensure, expectRefused, expectSame, outcomeOf } from "../assertions.ts";
import { checkCode } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId } from "../thread.ts";

const HINT =
  "Compare the newest checkpoint of the namespace with the parent in the operation that stores, not before it.";

export const fenceClauses: readonly Clause[] = [
  clause("fence/the-slower-run-is-refused", {
    rule: 'With `fence: "head"` a put is refused with `CONFLICT` unless its parent is the newest checkpoint of the namespace; nothing of a refused put is stored.',
    hint: HINT,
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ fence: "head" });
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await thread.put({ id: 2, parent: 1, values: { a: 2 } });
      const late = (): Promise<unknown> => thread.put({ id: 3, parent: 1, values: { a: 3 } });
      await expectRefused(late, "A put whose parent is not the newest", "CONFLICT");
      const fresh = (): Promise<unknown> => thread.put({ id: 4, values: { a: 4 } });
      await expectRefused(fresh, "A put without parent to a thread that has checkpoints", "CONFLICT");
      const lost = (): Promise<unknown> => thread.put({ id: 5, parent: 9, values: { a: 5 } });
      await expectRefused(lost, "A put whose parent is unknown", "CONFLICT");
      expectSame(await thread.listed(), [2, 1].map(checkpointId), "The listing");
      await thread.put({ id: 6, parent: 2, values: { a: 6 } });
      expectSame(await thread.values(), { a: 6 }, "The values after the faster run went on");
    },
  }),
  clause("fence/a-retry-is-no-conflict", {
    rule: "Putting the newest checkpoint again, with its parent or with itself as parent, is not a conflict; writes are never fenced, and namespaces are fenced separately.",
    hint: HINT,
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ fence: "head" });
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await thread.put({ id: 2, parent: 1, values: { a: 2 } });
      await thread.put({ id: 2, parent: 1, values: { a: 2 } });
      await thread.put({ id: 2, parent: 2, values: { a: 2 } });
      await thread.write(1, [["a", 1]]);
      await thread.in("inner").put({ id: 1, values: { a: "inner" } });
      expectSame(await thread.listed(), [2, 1].map(checkpointId), "The listing");
      expectSame(await thread.in("inner").values(), { a: "inner" }, "The values in a namespace");
    },
  }),
  clause("fence/of-many-at-once-one-wins", {
    rule: 'With `fence: "head"`, of many simultaneous puts from one checkpoint, exactly one is stored; the others are refused with `CONFLICT`.',
    hint: HINT,
    async run({ openWith, threadId, sizes }) {
      const opened = await openWith({ fence: "head" });
      const savers = [opened.saver, (await opened.reopen?.()) ?? opened.saver];
      const thread = new TestThread(opened.saver, threadId());
      await thread.put({ id: 1, values: { a: 0 } });
      const attempts = Array.from({ length: sizes.atOnce }, (_, index) => index + 2);
      const outcomes = await Promise.all(
        attempts.map((id) =>
          outcomeOf(() =>
            thread.on(savers[id % 2] ?? opened.saver).put({ id, parent: 1, values: { a: id } }),
          ),
        ),
      );
      const stored = outcomes.filter((outcome) => "value" in outcome).length;
      ensure(stored === 1, `${stored} of ${attempts.length} puts at once were stored instead of 1.`);
      for (const outcome of outcomes) {
        if ("error" in outcome) checkCode(outcome.error, "A slower put", "CONFLICT");
      }
      expectSame((await thread.listed()).length, 2, "The number of checkpoints");
      expectSame((await thread.read()).parentConfig, thread.config(1), "The parent of the winner");
    },
  }),
];
