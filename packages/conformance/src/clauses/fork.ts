import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, parentOf } from "../thread.ts";

const HINT =
  "Two branches from one checkpoint give the same version to different values. Do not use (channel, version) as the identity of a value.";

export const forkClauses: readonly Clause[] = [
  clause("fork/a-sibling-keeps-its-values", {
    rule: "Two children of one checkpoint may have the same channel versions with different values; each keeps its own, in whichever order they are put.",
    hint: HINT,
    async run({ saver, threadId }) {
      for (const order of [
        [2, 3],
        [3, 2],
      ]) {
        const thread = new TestThread(saver, threadId(`put-${order.join("-")}`));
        await thread.put({ id: 1, values: { a: "start" } });
        for (const id of order) {
          const values = { a: `branch ${id}` };
          await thread.put({ id, parent: 1, values, versions: { a: 2 } });
        }
        expectSame(await thread.values(2), { a: "branch 2" }, "The values of one branch");
        expectSame(await thread.values(3), { a: "branch 3" }, "The values of the other branch");
      }
    },
  }),
  clause("fork/carried-values-are-those-of-the-branch", {
    rule: "A value that is carried over comes from the checkpoint's own branch, even if another branch has another value for the same channel and version.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "start", b: 1 }, versions: { a: 1, b: 1 } });
      for (const id of [2, 3]) {
        const values = { a: `branch ${id}`, b: 1 };
        const versions = { a: 2, b: 1 };
        await thread.put({ id, parent: 1, values, versions, newVersions: { a: 2 } });
      }
      for (const id of [4, 5]) {
        const values = { a: `branch ${id - 2}`, b: id };
        const versions = { a: 2, b: 3 };
        await thread.put({ id, parent: id - 2, values, versions, newVersions: { b: 3 } });
      }
      for (const id of [4, 5]) {
        const expected = { a: `branch ${id - 2}`, b: id };
        expectSame(await thread.values(id), expected, `The values of grandchild ${id}`);
      }
    },
  }),
  clause("fork/from-an-old-checkpoint-starts-with-its-values", {
    rule: "A fork from an old checkpoint whose `newVersions` is `{}` has the values of that old checkpoint.",
    hint: "Carry values over from what put was given, or from the parent in the config; never from the latest.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: `a${n}` }));
      const fork = { id: 4, parent: 1, versions: { a: 1 }, newVersions: {} };
      await thread.put({ ...fork, values: { a: "a1" }, metadata: { source: "fork" } });
      expectSame(await thread.values(4), { a: "a1" }, "The values of the fork");
      expectSame(await thread.values(3), { a: "a3" }, "The values of the branch that was left");
    },
  }),
  clause("fork/a-channel-emptied-on-one-branch-is-full-on-the-other", {
    rule: "A channel that becomes empty on one branch keeps its value on the other, even if both have the same version.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "start" } });
      await thread.put({ id: 2, parent: 1, values: { a: "full" }, versions: { a: 2 } });
      await thread.put({ id: 3, parent: 1, versions: { a: 2 } });
      await thread.put({ id: 4, parent: 1, values: { a: "last" }, versions: { a: 2 } });
      expectSame(await thread.values(2), { a: "full" }, "The values of the first branch");
      expectSame(await thread.values(3), {}, "The values of the branch with an empty channel");
      expectSame(await thread.values(4), { a: "last" }, "The values of the third branch");
    },
  }),
  clause("fork/writes-stay-on-their-branch", {
    rule: "Pending writes of one branch are not those of the other, even for the same task id.",
    hint: "Key writes by the checkpoint id.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      for (const id of [2, 3]) {
        await thread.put({ id, parent: 1 });
        await thread.write(id, [["a", id]]);
      }
      expectSame(await thread.writes(2), [["task", "a", 2]], "The writes of one branch");
      expectSame(await thread.writes(3), [["task", "a", 3]], "The writes of the other branch");
    },
  }),
  clause("fork/every-branch-grows-on-its-own", {
    rule: "Several branches of a thread can be continued in turn; every checkpoint keeps the parent and the values of its branch, and the latest is the one with the greatest id.",
    hint: HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { path: ["1"], n: 0 } });
      const paths = new Map([[1, ["1"]]]);
      const parentId = (id: number): number => Math.max(1, id - 3);
      for (let id = 2; id <= 25; id++) {
        const parent = parentId(id);
        const path = [...(paths.get(parent) ?? []), `${id}`];
        paths.set(id, path);
        const version = path.length;
        await thread.put({
          id,
          parent,
          values: { path, n: 0 },
          versions: { path: version, n: 1 },
          newVersions: { path: version },
        });
      }
      for (const [id, path] of paths) {
        expectSame(await thread.values(id), { path, n: 0 }, `The values of checkpoint ${id}`);
        const parent = id === 1 ? undefined : checkpointId(parentId(id));
        expectSame(parentOf(await thread.read(id)), parent, `The parent of checkpoint ${id}`);
      }
      expectSame(await thread.read(), await thread.read(25), "The latest checkpoint");
    },
  }),
];
