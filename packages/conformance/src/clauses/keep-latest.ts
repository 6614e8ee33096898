import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, parentOf } from "../thread.ts";

const LONG = "kept or not, every value stays what it was ".repeat(30);
const KEPT = 4;
/** As many again as are kept may be there until they go together. */
const MOST = 2 * KEPT;

export const keepLatestClauses: readonly Clause[] = [
  clause("keep-latest/the-history-stays-bounded", {
    rule: "With `keepLatest: n`, at most twice as many checkpoints of a namespace stay (four more if n is small), including the newest, with their values and writes.",
    hint: "Count what is stored, and remove the oldest in batches, never all of them at once.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ keepLatest: KEPT });
      const thread = new TestThread(saver, threadId());
      const inner = thread.in("inner");
      for (let id = 1; id <= 40; id++) {
        const parent = id === 1 ? undefined : id - 1;
        await thread.put({ id, parent, values: { a: `${LONG} ${id}` } });
        await thread.write(id, [["a", `write ${id}`]]);
        if (id <= 2) await inner.put({ id, parent, values: { b: id } });
      }
      const listed = await thread.listed();
      ensure(listed.length <= MOST, `${listed.length} checkpoints are there instead of at most ${MOST}.`);
      const newest = Array.from({ length: KEPT }, (_, n) => 40 - n);
      expectSame(listed.slice(0, KEPT), newest.map(checkpointId), "The newest checkpoints");
      for (const id of newest) {
        expectSame(await thread.values(id), { a: `${LONG} ${id}` }, "The values of a checkpoint that stays");
        expectSame(
          await thread.writes(id),
          [["task", "a", `write ${id}`]],
          "The writes of a checkpoint that stays",
        );
      }
      expectSame(await inner.values(), { b: 2 }, "The values of a namespace with few checkpoints");
    },
  }),
  clause("keep-latest/keeps-what-delta-channels-need", {
    rule: "The checkpoints that a survivor's delta channel is built from stay with it, however old they are.",
    hint: "Plan the removal as prune does.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ keepLatest: KEPT });
      const thread = new TestThread(saver, threadId());
      const metadata = { counters_since_delta_snapshot: { d: [1, 1] } };
      const written: string[] = [];
      for (let id = 1; id <= 30; id++) {
        const values = id === 10 ? { n: id, d: "seed" } : { n: id };
        const parent = id === 1 ? undefined : id - 1;
        await thread.put({ id, parent, values, versions: { n: id, d: id }, metadata });
        await thread.write(id, [["d", `write ${id}`]], `task ${id}`);
        if (id >= 10 && id < 30) written.push(`write ${id}`);
      }
      const history = await saver.getDeltaChannelHistory?.({ config: thread.config(30), channels: ["d"] });
      if (history === undefined) return;
      expectSame(history["d"]?.seed, "seed", "The seed of the delta channel");
      const values = history["d"]?.writes.map(([, , value]) => value);
      expectSame(values, written, "The writes of the delta channel");
    },
  }),
  clause("keep-latest/branches-go-on", {
    rule: "A branch from any existing checkpoint continues with its own values, and its parent exists or it has none.",
    hint: "Spare the checkpoint that was just stored, and give each checkpoint that loses its parent the nearest surviving ancestor.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ keepLatest: KEPT });
      const thread = new TestThread(saver, threadId());
      await thread.chain(10, (n) => ({ a: n }));
      for (let id = 11; id <= 40; id++) {
        const parent = (await thread.listed()).at(-1);
        await thread.put({ id, parent, values: { a: `${LONG} ${id % 3}`, b: id } });
        expectSame(await thread.values(id), { a: `${LONG} ${id % 3}`, b: id }, "The values of a new branch");
      }
      const listed = await thread.listed();
      const there = new Set<unknown>(listed);
      for (const id of listed) {
        const parent = parentOf(await thread.read(id));
        ensure(parent === undefined || there.has(parent), "A checkpoint has a parent that is gone.");
      }
    },
  }),
];
