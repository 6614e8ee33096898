import { ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId } from "../thread.ts";

const HINT =
  "What a saver remembers of the database may be outdated, because another process works on the same thread. Let the database decide what exists.";

export const reopenClauses: readonly Clause[] = [
  clause("reopen/another-saver-reads-everything", {
    rule: "Another saver on the same data reads everything: checkpoints, values, metadata, parents and writes.",
    hint: "Keep nothing that reads need only in a saver's memory.",
    needs: ["reopen"],
    async run({ saver, reopen, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(3, (n) => ({ a: n, same: ["s"] }));
      await thread.write(3, [["a", 1]], "task-2", "~p1");
      await thread.write(3, [["a", 2]], "task-1", "~p2");
      const other = thread.on(await reopen());
      for (const id of [undefined, 1, 2, 3]) {
        expectSame(await other.read(id), await thread.read(id), "A tuple read by another saver");
      }
      expectSame(await other.listed(), await thread.listed(), "The listing of another saver");
    },
  }),
  clause("reopen/two-savers-take-turns", {
    rule: "Two savers may take turns on one thread; each sees the other's changes at once.",
    hint: HINT,
    needs: ["reopen"],
    async run({ saver, reopen, threadId }) {
      const threads = [new TestThread(saver, threadId())];
      threads.push(new TestThread(await reopen(), threadId()));
      const path: string[] = [];
      const long = "the same text in every turn ".repeat(200);
      for (let id = 1; id <= 20; id++) {
        const mine = threads[id % 2];
        const theirs = threads[(id + 1) % 2];
        ensure(mine !== undefined && theirs !== undefined, "There are two savers.");
        path.push(`${id}`);
        const parent = id === 1 ? undefined : id - 1;
        const versions = { path: id, long: 1 };
        const newVersions = id === 1 ? versions : { path: id };
        await mine.put({ id, parent, values: { path: [...path], long }, versions, newVersions });
        await mine.write(id, [["a", id]]);
        const latest = await theirs.read();
        expectSame(latest.checkpoint.id, checkpointId(id), "The latest id, read by the other");
        expectSame(await theirs.values(), { path, long }, "The values, read by the other");
        expectSame(latest.pendingWrites, [["task", "a", id]], "The writes, read by the other");
      }
    },
  }),
  clause("reopen/a-deletion-by-another-is-noticed", {
    rule: "A saver can continue a thread that another saver deleted: nothing old comes back, and everything that it puts is readable.",
    hint: HINT,
    needs: ["reopen"],
    async run({ saver, reopen, threadId }) {
      const thread = new TestThread(saver, threadId());
      const other = thread.on(await reopen());
      const long = "the same text in every turn ".repeat(200);
      const put = (id: number): Promise<unknown> =>
        thread.put({
          id,
          parent: id - 1,
          values: { long, n: id },
          versions: { long: 1, n: id },
          newVersions: { n: id },
        });
      await thread.put({ id: 1, values: { long, n: 1 } });
      await put(2);
      await thread.write(2, [["a", long]]);
      await other.delete();
      ensure((await thread.find()) === undefined, "A thread deleted by another saver is there.");
      await put(3);
      await thread.write(3, [["a", long]]);
      expectSame(await other.values(), { long, n: 3 }, "The values after the deletion");
      expectSame(await other.writes(), [["task", "a", long]], "The writes after the deletion");
      expectSame(await thread.listed(), [checkpointId(3)], "The listing after the deletion");
    },
  }),
];
