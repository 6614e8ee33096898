import { ensure, expectRefused, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext, ClauseText } from "../clause.ts";
import { TestThread, checkpointId, collect, configOf, parentOf } from "../thread.ts";

function copyClause(name: string, text: Omit<ClauseText, "needs">): Clause {
  return clause(`copy/${name}`, { ...text, needs: ["copyThread"] });
}

function pair({ saver, threadId }: ClauseContext): [source: TestThread, target: TestThread] {
  return [new TestThread(saver, threadId("from")), new TestThread(saver, threadId("to"))];
}

async function copy(from: TestThread, to: TestThread): Promise<void> {
  await from.saver.copyThread?.(from.id, to.id);
}

const LONG = "text that is long enough to be stored apart ".repeat(100);

export const copyClauses: readonly Clause[] = [
  copyClause("has-everything", {
    rule: "`copyThread` copies every checkpoint of every namespace with id, parent, values, versions, metadata and pending writes.",
    hint: "Copy rows by thread, from all namespaces and all tables, including writes whose checkpoint does not exist yet.",
    async run(context) {
      const [from, to] = pair(context);
      await from.chain(4, (n) => ({ a: n, long: LONG }));
      await from.put({ id: 5, parent: 2, values: { a: "fork", long: LONG }, metadata: { m: [1] } });
      await from.in("inner").chain(2, (n) => ({ a: `inner ${n}` }));
      await from.write(
        4,
        [
          ["a", LONG],
          ["__resume__", 1],
        ],
        "task-2",
        "~p1",
      );
      await from.write(4, [["a", 2]], "task-1", "~p2");
      await from.write(6, [["a", "early"]]);
      await copy(from, to);
      const list = (thread: TestThread): ReturnType<typeof collect> =>
        collect(thread.saver.list(configOf(thread.id, undefined)));
      const [source, target] = [await list(from), await list(to)];
      expectSame(target.length, source.length, "The number of copied checkpoints");
      for (const [index, tuple] of target.entries()) {
        const { checkpoint, metadata, pendingWrites, config } = tuple;
        const original = source[index];
        expectSame(checkpoint, original?.checkpoint, "A copied checkpoint");
        expectSame(metadata, original?.metadata, "Copied metadata");
        expectSame(pendingWrites, original?.pendingWrites, "Copied pending writes");
        expectSame(original && parentOf(tuple), original && parentOf(original), "A copied parent");
        expectSame(config.configurable?.["thread_id"], to.id, "The thread_id of a copy");
      }
      await to.put({ id: 6, parent: 5 });
      expectSame(await to.writes(6), [["task", "a", "early"]], "Writes copied before their checkpoint");
    },
  }),
  copyClause("values-are-not-rewritten", {
    rule: "Copying changes the thread id and nothing else; values that contain the old id as text stay as they are.",
    hint: "Do not replace ids in stored text.",
    async run(context) {
      const [from, to] = pair(context);
      const values = { a: `about ${from.id}`, [from.id]: { [from.id]: [from.id] } };
      await from.put({ id: 1, values: structuredCopy(values), metadata: { about: from.id } });
      await from.write(1, [[from.id, from.id]], from.id);
      await copy(from, to);
      expectSame(await to.values(1), values, "The values of the copy");
      expectSame(await to.writes(1), [[from.id, from.id, from.id]], "The writes of the copy");
      const metadata = { source: "loop", step: 1, parents: {}, about: from.id };
      expectSame((await to.read(1)).metadata, metadata, "The metadata of the copy");
    },
  }),
  copyClause("an-existing-target-is-refused", {
    rule: "`copyThread` to an existing thread, even the source itself, is refused with `THREAD_EXISTS`; the target stays as it is.",
    hint: "Decide this in the operation that copies, not by checking beforehand.",
    async run(context) {
      const [from, to] = pair(context);
      await from.put({ id: 1, values: { a: "from" } });
      await to.put({ id: 2, values: { a: "to" } });
      await expectRefused(() => copy(from, to), "copyThread to a thread that exists", "THREAD_EXISTS");
      expectSame(await to.listed(), [checkpointId(2)], "The listing of the target");
      expectSame(await to.values(2), { a: "to" }, "The values of the target");
      await expectRefused(() => copy(from, from), "copyThread onto itself", "THREAD_EXISTS");
      expectSame(await from.values(1), { a: "from" }, "The values of the source");
    },
  }),
  copyClause("a-missing-source-is-refused", {
    rule: "`copyThread` of a thread that does not exist is refused with `THREAD_NOT_FOUND`, and creates no thread.",
    hint: "Check that something was copied.",
    async run(context) {
      const [from, to] = pair(context);
      await expectRefused(() => copy(from, to), "copyThread of an unknown thread", "THREAD_NOT_FOUND");
      await from.put({ id: 1 });
      await copy(from, to);
      ensure((await to.find(1)) !== undefined, "A copy after a refused one is empty.");
    },
  }),
  copyClause("the-two-go-on-apart", {
    rule: "After a copy, changes to either thread do not affect the other: puts, writes and deletion.",
    hint: "Copy rows, or share only data that never changes and is kept as long as either thread needs it.",
    async run(context) {
      const [from, to] = pair(context);
      await from.chain(2, (n) => ({ a: n, long: LONG }));
      await copy(from, to);
      await from.put({ id: 2, parent: 1, values: { a: "from", long: LONG } });
      await from.write(1, [["a", "from"]]);
      const next = { parent: 2, versions: { a: 3, long: 2 }, newVersions: { a: 3 } };
      await to.put({ ...next, id: 3, values: { a: "to", long: LONG } });
      expectSame(await to.values(2), { a: 2, long: LONG }, "The values of the copy");
      expectSame(await to.writes(1), [], "The writes of the copy");
      expectSame(await from.listed(), [2, 1].map(checkpointId), "The listing of the source");
      await from.delete();
      expectSame(
        await to.values(3),
        { a: "to", long: LONG },
        "The values of the copy after the source was deleted",
      );
      expectSame(
        await to.values(1),
        { a: 1, long: LONG },
        "The values of the copy after the source was deleted",
      );
      await copy(to, from);
      await to.delete();
      expectSame(await from.values(3), { a: "to", long: LONG }, "The values of a copy of the copy");
    },
  }),
];

function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
