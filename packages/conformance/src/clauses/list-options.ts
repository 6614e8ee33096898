import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, collect, configOf, idOf } from "../thread.ts";

export const listOptionClauses: readonly Clause[] = [
  clause("list/a-limit-of-many", {
    rule: "A `limit` of hundreds yields that many: it has no upper bound.",
    hint: "Fetch further pages until the limit is reached.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const count = Math.ceil(sizes.listing / 4);
      await Promise.all(Array.from({ length: count }, (_, index) => thread.put({ id: index + 1 })));
      const expected = Array.from({ length: count - 1 }, (_, index) => checkpointId(count - index));
      expectSame(await thread.listed({ limit: count - 1 }), expected, `A listing with limit ${count - 1}`);
    },
  }),
  clause("list/before-may-be-a-whole-config", {
    rule: "`before` may be the config of a checkpoint, with `thread_id` and `checkpoint_ns`, as `getStateHistory` passes it on.",
    hint: "Read checkpoint_id from it, whatever other keys it has.",
    async run({ saver, threadId }) {
      for (const namespace of ["", "inner"]) {
        const thread = new TestThread(saver, threadId(namespace), namespace);
        await thread.chain(4, () => ({}));
        const before = (await thread.read(3)).config;
        expectSame(await thread.listed({ before }), [2, 1].map(checkpointId), "A listing before a config");
        expectSame(
          await thread.listed({ before, limit: 1 }),
          [checkpointId(2)],
          "The newest one before a config",
        );
      }
    },
  }),
  clause("list/options-work-in-every-scope", {
    rule: "`filter`, `before` and `limit` mean the same in one namespace, in a whole thread, with a `checkpoint_id` and across all threads.",
    hint: "Build one condition for all of them, and add the ids from the config.",
    alone: true,
    async run({ saver, threadId }) {
      for (let id = 1; id <= 8; id++) {
        const thread = new TestThread(saver, threadId(`${id % 2}`), id % 4 < 2 ? "" : "inner");
        await thread.put({ id, metadata: { third: id % 3 === 0, step: id } });
      }
      const one = threadId("1");
      const ids = async (config: ReturnType<typeof configOf>, options: object): Promise<string[]> =>
        (await collect(saver.list(config, options))).map(idOf);
      const filter = { third: false };
      const before = configOf(undefined, undefined, 7);
      for (const [what, config, options, expected] of [
        ["one namespace", configOf(one, "inner"), { filter }, [7]],
        ["one namespace", configOf(one, "inner"), { before }, [3]],
        ["all namespaces", configOf(one, undefined), { filter }, [7, 5, 1]],
        ["all namespaces", configOf(one, undefined), { filter, before }, [5, 1]],
        ["all namespaces", configOf(one, undefined), { filter, before, limit: 1 }, [5]],
        ["one id", configOf(one, "", 5), { filter }, [5]],
        ["one id", configOf(one, "inner", 3), { filter }, []],
        ["one id", configOf(one, "inner", 7), { before }, []],
        ["all threads", configOf(undefined, undefined), { filter }, [8, 7, 5, 4, 2, 1]],
        ["all threads", configOf(undefined, undefined), { filter, before, limit: 2 }, [5, 4]],
        ["a namespace of all threads", configOf(undefined, "inner"), { filter }, [7, 2]],
      ] as const) {
        const found = await ids(config, options);
        expectSame(
          found,
          expected.map(checkpointId),
          `A listing of ${what} with ${Object.keys(options).join(", ")}`,
        );
      }
    },
  }),
];
