import { TASKS } from "@threadmark/core";
import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, collect } from "../thread.ts";

const HINT =
  "When reading a checkpoint with v < 4, set channel_values.__pregel_tasks to the values that its parent's writes have for that channel, and its version to the greatest of all versions.";

function send(node: string): { node: string; args: { from: string } } {
  return { node, args: { from: node } };
}

/** A parent with sends among its writes, and a child, both in the format of old LangGraph versions. */
async function oldThread(thread: TestThread, mark = ""): Promise<void> {
  await thread.put({ id: 1, v: 3, values: { a: 1 } });
  await thread.write(
    1,
    [
      [TASKS, send(`${mark}one`)],
      ["a", 2],
    ],
    "task-1",
  );
  await thread.write(1, [[TASKS, send(`${mark}two`)]], "task-2");
  await thread.put({ id: 2, v: 3, parent: 1, values: { a: 2 }, versions: { a: 10, b: 9 } });
}

function sends(mark = ""): unknown[] {
  return [send(`${mark}one`), send(`${mark}two`)];
}

export const legacyClauses: readonly Clause[] = [
  clause("legacy-v3/sends-come-from-the-parent", {
    rule: "In a checkpoint with `v` < 4, the channel `__pregel_tasks` reads back as the sends among the writes of its parent, from `getTuple` and from `list`.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await oldThread(thread);
      const expected = { a: 2, [TASKS]: sends() };
      expectSame(await thread.values(2), expected, "The values from getTuple");
      const [listed] = await collect(saver.list(thread.config(), { limit: 1 }));
      expectSame({ ...listed?.checkpoint.channel_values }, expected, "The values from list");
    },
  }),
  clause("legacy-v3/sends-have-the-greatest-version", {
    rule: "The version of `__pregel_tasks` is the greatest version of the checkpoint, with numbers compared as numbers; if the checkpoint has none, it is the first version.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await oldThread(thread);
      const { channel_versions: versions } = (await thread.read(2)).checkpoint;
      expectSame(versions, { a: 10, b: 9, [TASKS]: 10 }, "channel_versions");
      await thread.put({ id: 3, v: 3, parent: 1 });
      const first = (await thread.read(3)).checkpoint.channel_versions[TASKS];
      expectSame(first, saver.getNextVersion(undefined), "The version where there is no other");
    },
  }),
  clause("legacy-v3/sends-are-in-order", {
    rule: "These sends are in the order of pending writes: task path, task id, index.",
    hint: "Take the sends from the parent's sorted writes.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, v: 3 });
      await thread.write(
        1,
        [
          [TASKS, send("4")],
          [TASKS, send("5")],
        ],
        "task-1",
        "~p2",
      );
      await thread.write(1, [[TASKS, send("3")]], "task-9", "~p1");
      await thread.write(1, [[TASKS, send("2")]], "task-8", "~p1");
      await thread.write(1, [[TASKS, send("1")]], "task-7");
      await thread.put({ id: 2, v: 3, parent: 1, values: { a: 1 } });
      const expected = ["1", "2", "3", "4", "5"].map(send);
      expectSame((await thread.values(2))[TASKS], expected, "The sends");
    },
  }),
  clause("legacy-v3/in-a-listing-of-all-threads", {
    rule: "In a listing of all threads, each old checkpoint gets the sends of its own parent, in its own thread and namespace.",
    hint: "Look sends up by (thread, namespace, parent), separately for every tuple.",
    alone: true,
    async run({ saver, threadId }) {
      for (const name of ["a", "b"]) {
        for (const namespace of ["", "inner"]) {
          await oldThread(new TestThread(saver, threadId(name), namespace), `${name}-${namespace}-`);
        }
      }
      const tuples = await collect(saver.list({ configurable: {} }));
      expectSame(tuples.length, 8, "The number of listed tuples");
      for (const tuple of tuples) {
        if (tuple.parentConfig === undefined) continue;
        const { thread_id: id, checkpoint_ns: namespace } = tuple.config.configurable ?? {};
        const name = ["a", "b"].find((wanted) => threadId(wanted) === id) ?? "?";
        const found = tuple.checkpoint.channel_values[TASKS];
        expectSame(found, sends(`${name}-${String(namespace)}-`), `The sends in thread ${name}`);
      }
    },
  }),
  clause("legacy-v3/nothing-to-send-does-no-harm", {
    rule: "An old checkpoint without a parent, or whose parent has no sends, reads back with its values; `__pregel_tasks` is empty or absent.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, v: 2, values: { a: 1 } });
      await thread.put({ id: 2, v: 2, parent: 1, values: { a: 2 } });
      await thread.put({ id: 4, v: 2, parent: 3, values: { a: 4 } });
      for (const id of [1, 2, 4]) {
        const { [TASKS]: found, ...values } = await thread.values(id);
        expectSame(values, { a: id }, `The values of checkpoint ${id}`);
        const none = found === undefined || (Array.isArray(found) && found.length === 0);
        ensure(none, "Sends appeared where there are none.");
      }
    },
  }),
  clause("legacy-v3/new-checkpoints-are-left-alone", {
    rule: "A checkpoint with `v` 4 has the `__pregel_tasks` that it was put with, whatever its parent's writes are.",
    hint: "Check the v of the checkpoint being read.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, v: 3, values: { a: 1 } });
      await thread.write(1, [[TASKS, send("old")]]);
      await thread.put({ id: 2, parent: 1, values: { a: 2 } });
      await thread.put({ id: 3, parent: 1, values: { a: 3, [TASKS]: [send("new")] } });
      expectSame(await thread.values(2), { a: 2 }, "The values");
      const expected = { a: 3, [TASKS]: [send("new")] };
      expectSame(await thread.values(3), expected, "The values with sends of its own");
    },
  }),
];
