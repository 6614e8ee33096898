import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { ancestry, collect } from "../reading.ts";

interface DeltaOptions {
  /** Updates of the channel from one stored value to the next. */
  readonly snapshotFrequency?: number;
  readonly nodes?: readonly string[];
}

function deltaList({ lg }: Lab, snapshotFrequency?: number) {
  return new lg.DeltaChannel<string[], string[]>((all, more) => all.concat(...more), {
    initialValueFactory: () => [],
    ...(snapshotFrequency !== undefined && { snapshotFrequency }),
  });
}

/** Nodes that run at the same time and each add an entry to a list that is stored as deltas. */
function gather(lab: Lab, checkpointer: BaseCheckpointSaver, options: DeltaOptions = {}) {
  const { lg } = lab;
  const { nodes = ["delta", "alpha", "gamma", "beta"], snapshotFrequency } = options;
  const State = lg.Annotation.Root({
    round: lg.Annotation<number>,
    items: () => deltaList(lab, snapshotFrequency),
  });
  const graph = new lg.StateGraph(State).addNode("end", () => ({}));
  for (const name of nodes) {
    graph.addNode(name, ({ round }) => ({ items: [`${name} ${round}a`, `${name} ${round}b`] }));
    graph.addEdge(lg.START, name as never).addEdge(name as never, "end");
  }
  return graph.compile({ checkpointer });
}

/** Asks twice, then ends if it is not broken. */
function asking(lab: Lab, checkpointer: BaseCheckpointSaver, todo: { broken: boolean }) {
  const { lg } = lab;
  return new lg.StateGraph(lg.Annotation.Root({ items: () => deltaList(lab) }))
    .addNode("ask", () => ({
      items: [lg.interrupt<string, string>("1?"), lg.interrupt<string, string>("2?")],
    }))
    .addNode("end", () => {
      if (todo.broken) throw new Error("broken");
      return { items: ["end"] };
    })
    .addEdge(lg.START, "ask")
    .addEdge("ask", "end")
    .compile({ checkpointer });
}

export const deltaChannel: Topic = {
  title: "DeltaChannel",
  tests: {
    async "the value read back elsewhere is the live one, run after run"(lab) {
      const thread = lab.thread();
      for (let round = 0; round < 12; round += 1) {
        const live = await gather(lab, lab.saver).invoke({ round }, thread);
        expect(live.items).toHaveLength(8 * (round + 1));
        const read = (await gather(lab, await lab.reopen()).getState(thread)).values.items;
        expect(read).toEqual(live.items);
      }
    },

    async "each run may take place in another process"(lab) {
      const thread = lab.thread();
      let live: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const graph = gather(lab, await lab.reopen());
        const next = (await graph.invoke({ round }, thread)).items;
        expect(next).toHaveLength(8 * (round + 1));
        expect(next.slice(0, live.length)).toEqual(live);
        live = next;
      }
    },

    async "every snapshot frequency gives the same values"(lab) {
      for (const snapshotFrequency of [1, 2, 3, 5, 1000]) {
        const thread = lab.thread();
        const options = { snapshotFrequency };
        const lives: string[][] = [];
        for (let round = 0; round < 6; round += 1) {
          lives.push((await gather(lab, lab.saver, options).invoke({ round }, thread)).items);
        }
        const elsewhere = gather(lab, await lab.reopen(), options);
        const ends = (await collect(elsewhere.getStateHistory(thread)))
          .filter(({ next }) => next.length === 0)
          .map(({ values }) => values.items);
        expect(ends).toEqual(lives.reverse());
      }
    },

    async "a delta thread can be forked, and both branches grow on their own"(lab) {
      const thread = lab.thread();
      const options = { snapshotFrequency: 3, nodes: ["only"] };
      const graph = gather(lab, lab.saver, options);
      const ends: RunnableConfig[] = [];
      for (let round = 0; round < 4; round += 1) {
        await graph.invoke({ round }, thread);
        ends.push((await graph.getState(thread)).config);
      }
      const entries = (...rounds: (number | string)[]) =>
        rounds.flatMap((round) => [`only ${round}a`, `only ${round}b`]);

      const forked = await gather(lab, await lab.reopen(), options).invoke({ round: 10 }, ends[1]);
      expect(forked.items).toEqual(entries(0, 1, 10));
      const onFork = await gather(lab, await lab.reopen(), options).invoke({ round: 11 }, thread);
      expect(onFork.items).toEqual(entries(0, 1, 10, 11));
      const onOld = await gather(lab, await lab.reopen(), options).invoke({ round: 20 }, ends[3]);
      expect(onOld.items).toEqual(entries(0, 1, 2, 3, 20));
      const elsewhere = gather(lab, await lab.reopen(), options);
      expect((await elsewhere.getState(ends[2]!)).values.items).toEqual(entries(0, 1, 2));
    },

    async "an update of an old checkpoint adds to the value of that time"(lab) {
      const thread = lab.thread();
      const options = { nodes: ["only"] };
      const graph = gather(lab, lab.saver, options);
      await graph.invoke({ round: 0 }, thread);
      const { config } = await graph.getState(thread);
      await graph.invoke({ round: 1 }, thread);
      const fork = await gather(lab, await lab.reopen(), options).updateState(
        config,
        { items: ["by hand"] },
        "only",
      );
      const elsewhere = gather(lab, await lab.reopen(), options);
      const items = ["only 0a", "only 0b", "by hand"];
      expect((await elsewhere.getState(fork)).values.items).toEqual(items);
      expect((await elsewhere.getState(config)).values.items).toEqual(items.slice(0, 2));
    },

    async "in exit mode the value read back is the live one, and its parents end"(lab) {
      const thread = { ...lab.thread(), durability: "exit" as const };
      for (let round = 0; round < 4; round += 1) {
        const live = await gather(lab, lab.saver).invoke({ round }, thread);
        expect(live.items).toHaveLength(8 * (round + 1));
        const saver = await lab.reopen();
        const read: string[] = (await gather(lab, saver).getState(thread)).values.items;
        if (lab.version.keepsOrderInExitMode) expect(read).toEqual(live.items);
        else expect([...read].sort()).toEqual([...live.items].sort());
        const stored = (await collect(saver.list(thread))).map(({ checkpoint }) => checkpoint.id);
        expect(await ancestry(saver, thread)).toEqual(stored);
      }
    },

    async "a delta list is whole after a crash and after questions, in every mode"(lab) {
      for (const durability of ["sync", "async", "exit"] as const) {
        const thread = { ...lab.thread(), durability };
        const todo = { broken: true };
        await asking(lab, lab.saver, todo).invoke({ items: ["in"] }, thread);
        for (const resume of ["one", "two"]) {
          const answering = asking(lab, await lab.reopen(), todo);
          const run = answering.invoke(new lab.lg.Command({ resume }), thread);
          if (resume === "one") await run;
          else await expect(run).rejects.toThrow("broken");
        }
        todo.broken = false;
        const live = await asking(lab, await lab.reopen(), todo).invoke(null, thread);
        expect(live.items).toEqual(["in", "one", "two", "end"]);
        const saver = await lab.reopen();
        expect((await asking(lab, saver, todo).getState(thread)).values.items).toEqual(live.items);
        const ids = await ancestry(saver, thread);
        expect(new Set(ids).size).toBe(ids.length);
      }
    },

    async "a list that was overwritten starts from there"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const options = { nodes: ["only"] };
      await gather(lab, lab.saver, options).invoke({ round: 0 }, thread);
      const overwriting = gather(lab, await lab.reopen(), options);
      await overwriting.updateState(thread, { items: new lg.Overwrite(["fresh"]) }, "only");
      const graph = gather(lab, await lab.reopen(), options);
      expect((await graph.getState(thread)).values.items).toEqual(["fresh"]);
      await graph.invoke({ round: 1 }, thread);
      const elsewhere = gather(lab, await lab.reopen(), options);
      expect((await elsewhere.getState(thread)).values.items).toEqual(["fresh", "only 1a", "only 1b"]);
    },

    async "a list that nobody writes to any more keeps its value"(lab) {
      const thread = lab.thread();
      const options = { nodes: ["only"] };
      const live = await gather(lab, lab.saver, options).invoke({ round: 0 }, thread);
      expect(live.items).toEqual(["only 0a", "only 0b"]);
      for (let round = 1; round < 8; round += 1) {
        await gather(lab, lab.saver, options).updateState(thread, { round }, "end");
      }
      const { values } = await gather(lab, await lab.reopen(), options).getState(thread);
      expect(values).toEqual({ round: 7, items: live.items });
    },
  },
};
