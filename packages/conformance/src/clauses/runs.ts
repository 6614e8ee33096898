import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, metadataOf, parentOf } from "../thread.ts";

function runsClause(name: string, text: Omit<ClauseText, "needs">): Clause {
  return clause(`runs/${name}`, { ...text, needs: ["deleteForRuns"] });
}

export const runsClauses: readonly Clause[] = [
  runsClause("removes-the-checkpoints-of-a-run", {
    rule: "`deleteForRuns` removes the checkpoints, with their writes, that were put with one of the run ids in `config.metadata.run_id`; all others stay, in every thread and namespace.",
    hint: "Store the run id with the checkpoint: LangGraph passes it only in config.metadata.",
    async run({ saver, threadId }) {
      const threads = ["a", "b"].map((name) => new TestThread(saver, threadId(name)));
      const run = (name: string): string => threadId(`run-${name}`);
      for (const thread of threads) {
        for (const id of [1, 2, 3, 4]) {
          const parent = id === 1 ? undefined : id - 1;
          const name = id === 2 ? "x" : id === 3 ? "y" : "z";
          await thread.put({ id, parent, values: { a: id }, run: run(name) });
          await thread.write(id, [["a", id]]);
        }
        await thread.in("inner").put({ id: 9, run: run("x") });
      }
      await saver.deleteForRuns?.([run("x"), run("y")]);
      for (const thread of threads) {
        expectSame(await thread.listed(), [4, 1].map(checkpointId), "The listing");
        expectSame(await thread.in("inner").listed(), [], "The listing of a namespace");
        expectSame(await thread.values(4), { a: 4 }, "The values of a survivor");
        expectSame(await thread.writes(4), [["task", "a", 4]], "The writes of a survivor");
        await thread.put({ id: 2 });
        expectSame(await thread.writes(2), [], "The writes of a removed id that was put again");
      }
    },
  }),
  runsClause("relinks-children", {
    rule: "Children of a removed checkpoint get its nearest surviving ancestor as parent, or none.",
    hint: "Relink in the same operation that removes.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const run = threadId("run");
      await thread.put({ id: 1 });
      await thread.put({ id: 2, parent: 1, run });
      await thread.put({ id: 3, parent: 2, run });
      await thread.put({ id: 4, parent: 3 });
      await thread.put({ id: 5, parent: 2 });
      await thread.put({ id: 6, run });
      await thread.put({ id: 7, parent: 6 });
      await saver.deleteForRuns?.([run]);
      const parents: unknown[] = [];
      for (const id of [4, 5, 7]) parents.push(parentOf(await thread.read(id)));
      const first = checkpointId(1);
      expectSame(parents, [first, first, undefined], "The parents of survivors");
    },
  }),
  runsClause("the-run-of-the-metadata-goes-first", {
    rule: "The run id is `config.metadata.run_id`, or `configurable.run_id` if that is absent; a `run_id` in the checkpoint's metadata is not one.",
    hint: "Read config.metadata?.run_id ?? config.configurable.run_id.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const [one, two] = [threadId("run-1"), threadId("run-2")];
      const put = (id: number, inMetadata?: string, inConfigurable?: string): Promise<unknown> => {
        const configurable = { ...thread.config().configurable, run_id: inConfigurable };
        const config = { configurable, metadata: { run_id: inMetadata } };
        return saver.put(config, checkpointOf({ id }), metadataOf({ id, metadata: { run_id: one } }), {});
      };
      await put(1, one, two);
      await put(2, two, one);
      await put(3, undefined, one);
      await put(4);
      await saver.deleteForRuns?.([one]);
      expectSame(await thread.listed(), [4, 2].map(checkpointId), "The listing");
    },
  }),
  runsClause("unknown-runs-are-no-error", {
    rule: "Unknown run ids, and an empty list, remove nothing.",
    hint: "An empty list must not become a condition that is always true.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, run: threadId("run") });
      await thread.put({ id: 2, parent: 1 });
      await saver.deleteForRuns?.([]);
      await saver.deleteForRuns?.([threadId("unknown"), "", "%", "*"]);
      expectSame(await thread.listed(), [2, 1].map(checkpointId), "The listing");
    },
  }),
  runsClause("keeps-what-delta-channels-need", {
    rule: "A checkpoint of the run stays where a survivor's delta channel is built from it.",
    hint: "Use the rule of prune: keep the ancestors up to the nearest one with a value.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const run = threadId("run");
      const metadata = { counters_since_delta_snapshot: { d: [1, 1] } };
      for (let id = 1; id <= 5; id++) {
        const values = id === 2 ? { n: id, d: "seed" } : { n: id };
        const text = { id, values, versions: { n: id, d: id }, metadata };
        const parent = id === 1 ? undefined : id - 1;
        await thread.put(id < 5 ? { ...text, parent, run } : { ...text, parent });
        await thread.write(id, [["d", `write ${id}`]]);
      }
      const history = (): unknown =>
        saver.getDeltaChannelHistory?.({ config: thread.config(5), channels: ["d"] });
      const before = await history();
      await saver.deleteForRuns?.([run]);
      expectSame(await thread.listed(), [5, 4, 3, 2].map(checkpointId), "The listing");
      expectSame(await history(), before, "The history of the delta channel");
    },
  }),
];
