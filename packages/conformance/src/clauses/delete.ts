import { show } from "@threadmark/core/comparison";
import { ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, collect, configOf } from "../thread.ts";

export const deleteClauses: readonly Clause[] = [
  clause("delete/removes-the-whole-thread", {
    rule: "`deleteThread` removes every checkpoint of every namespace of the thread.",
    hint: "Delete by thread id alone.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const namespaces = ["", "a", "a:b|c:d"];
      for (const namespace of namespaces) await thread.in(namespace).chain(3, (n) => ({ a: n }));
      await thread.delete();
      for (const namespace of namespaces) {
        const place = thread.in(namespace);
        ensure(
          (await place.find()) === undefined,
          `Namespace "${namespace}" still has a latest checkpoint after deleteThread.`,
        );
        ensure(
          (await place.find(2)) === undefined,
          `Namespace "${namespace}" still has checkpoint 2 after deleteThread.`,
        );
      }
      const left = await collect(saver.list(configOf(thread.id, undefined)));
      expectSame(left.length, 0, "The number of listed tuples");
    },
  }),
  clause("delete/removes-writes-and-values", {
    rule: "`deleteThread` removes pending writes and values too, even writes whose checkpoint was never put: a thread of the same id starts empty.",
    hint: "Delete writes by thread id, not by the checkpoints that are found.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "old" } });
      await thread.write(1, [["a", "old"]]);
      await thread.write(2, [["a", "old"]]);
      await thread.in("inner").write(1, [["a", "old"]]);
      await thread.delete();
      await thread.put({ id: 1, values: { a: "new" }, versions: { a: 1 } });
      await thread.put({ id: 2, parent: 1, values: { a: "new" }, versions: { a: 1 }, newVersions: {} });
      await thread.in("inner").put({ id: 1 });
      expectSame(await thread.writes(1), [], "The writes of the first new checkpoint");
      expectSame(await thread.writes(2), [], "The writes of the second new checkpoint");
      expectSame(await thread.in("inner").writes(1), [], "The writes in another namespace");
      expectSame(await thread.values(1), { a: "new" }, "The values of the new thread");
      expectSame(await thread.values(2), { a: "new" }, "The carried values of the new thread");
    },
  }),
  clause("delete/other-threads-stay", {
    rule: "`deleteThread` leaves every other thread as it is, its values and writes included.",
    hint: "Anything that threads share, such as equal values, must stay while any of them needs it.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const others = [threadId("other"), `${thread.id}:more`, `more:${thread.id}`].map(
        (id) => new TestThread(saver, id),
      );
      const text = "the same long text in all threads ".repeat(200);
      for (const one of [thread, ...others]) {
        await one.put({ id: 1, values: { a: text } });
        await one.write(1, [["a", text]]);
      }
      const before = await Promise.all(others.map((other) => other.read()));
      await thread.delete();
      for (const [index, other] of others.entries()) {
        const what = `Thread ${show(other.id)} after ${show(thread.id)} was deleted`;
        expectSame(await other.find(), before[index], what);
        expectSame(await other.listed(), [checkpointId(1)], `The listing of ${show(other.id)}`);
      }
    },
  }),
  clause("delete/an-unknown-thread-is-no-error", {
    rule: "`deleteThread` of a thread that does not exist, or no longer exists, does nothing.",
    hint: "Do not fail if nothing matches.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await new TestThread(saver, threadId("other")).put({ id: 1 });
      await thread.delete();
      await thread.put({ id: 1 });
      await thread.delete();
      await thread.delete();
      ensure((await thread.find()) === undefined, "The thread is there after deleting it twice.");
    },
  }),
  clause("delete/may-be-the-first-call", {
    rule: "`deleteThread` works as the first call on a fresh store.",
    hint: "Set the store up lazily in every method, not only in put and the reads.",
    alone: true,
    run: ({ saver, threadId }) => saver.deleteThread(threadId()),
  }),
  clause("delete/the-thread-works-again", {
    rule: "A deleted thread can be used again immediately, any number of times.",
    hint: "Leave no trace of the deletion, and drop everything cached about the thread.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const text = "the same long text in every life ".repeat(200);
      for (let life = 1; life <= 3; life++) {
        await thread.put({ id: 1, values: { text, life } });
        const values = { text, life: -life };
        await thread.put({
          id: 2,
          parent: 1,
          values,
          versions: { text: 1, life: 2 },
          newVersions: { life: 2 },
        });
        await thread.write(2, [["a", text]]);
        expectSame(await thread.values(1), { text, life }, `The values of life ${life}`);
        expectSame(await thread.values(2), values, `The carried values of life ${life}`);
        expectSame(await thread.writes(2), [["task", "a", text]], `The writes of life ${life}`);
        await thread.delete();
      }
    },
  }),
  clause("delete/late-writes-do-no-harm", {
    rule: "Writes that arrive after the thread was deleted are stored or refused; they make no checkpoint appear, and reads and puts work.",
    hint: "A run may be stopped late. Writes alone must not create a thread.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      await thread.delete();
      await outcomeOf(() => thread.write(1, [["a", "late"]]));
      ensure((await thread.find()) === undefined, "Late writes brought the thread back.");
      ensure((await thread.find(1)) === undefined, "Late writes brought a checkpoint back.");
      expectSame(await thread.listed(), [], "The listing after late writes");
      await thread.put({ id: 2, values: { a: 2 } });
      expectSame(await thread.values(), { a: 2 }, "The values of a new checkpoint");
      expectSame(await thread.writes(), [], "The writes of a new checkpoint");
      await thread.delete();
      ensure((await thread.find()) === undefined, "The thread cannot be deleted again.");
    },
  }),
];
