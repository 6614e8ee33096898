import { show } from "@threadmark/core/comparison";
import { ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointId, checkpointOf, collect, configOf, metadataOf } from "../thread.ts";

/** Puts into each place a value and a write that name it, and checks that all read their own. */
async function expectApart(places: readonly TestThread[], id: number | string): Promise<void> {
  const label = (place: TestThread): string => `${place.id} / ${place.namespace}`;
  for (const place of places) {
    await place.put({ id, values: { a: label(place) }, versions: { a: 1 } });
    await place.write(id, [["a", label(place)]]);
  }
  for (const place of places) {
    const what = `thread ${show(place.id)}, namespace ${show(place.namespace)}`;
    expectSame(await place.values(id), { a: label(place) }, `The values of ${what}`);
    expectSame(await place.values(), { a: label(place) }, `The latest values of ${what}`);
    expectSame(await place.writes(id), [["task", "a", label(place)]], `The writes of ${what}`);
    expectSame(await place.listed(), [checkpointId(id)], `The listing of ${what}`);
  }
}

export const isolationClauses: readonly Clause[] = [
  clause("isolation/an-id-belongs-to-its-namespace", {
    rule: "`getTuple` by an id finds only the checkpoint of its own namespace; the same id in another namespace is another checkpoint.",
    hint: "The key is (thread, namespace, id).",
    async run({ saver, threadId }) {
      const root = new TestThread(saver, threadId());
      const inner = root.in("inner");
      await root.put({ id: 1, values: { a: "root" } });
      ensure(
        (await inner.find(1)) === undefined,
        "getTuple in another namespace found an id of the root namespace.",
      );
      await inner.put({ id: 2, values: { a: "inner" } });
      ensure(
        (await root.find(2)) === undefined,
        "getTuple in the root namespace found an id of another one.",
      );
      await inner.put({ id: 1, values: { a: "other" } });
      expectSame(await root.values(1), { a: "root" }, "The values in the root namespace");
      expectSame(await inner.values(1), { a: "other" }, "The values in the other namespace");
    },
  }),
  clause("isolation/threads-with-a-common-prefix", {
    rule: "A thread id that is a prefix of another names a different thread: reads, listings and deletions of one never touch the other.",
    hint: "Compare thread ids for equality; do not match keys by prefix or pattern.",
    async run({ saver, threadId }) {
      const base = threadId("user");
      const ids = [base, `${base}:1`, `${base}:1:x`, `${base}1`, `${base}:`];
      const threads = ids.map((id) => new TestThread(saver, id));
      await expectApart(threads, 1);
      for (const [index, thread] of threads.entries()) {
        await thread.delete();
        for (const [other, left] of threads.entries()) {
          const there = (await left.find()) !== undefined;
          ensure(
            there === other > index,
            `After deleteThread(${show(thread.id)}), thread ${show(left.id)} is ${there ? "still there" : "gone too"}.`,
          );
        }
      }
    },
  }),
  clause("isolation/namespaces-with-a-common-prefix", {
    rule: "A namespace that is a prefix of another is a different namespace.",
    hint: 'Compare namespaces for equality; a, a:b, a|b and "" all occur in one thread.',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const names = ["", "a", "a:", "a:b", "a|b", "a:b|c:d", "a:b|c:d|1", "ab", "a%", "a_b"];
      await expectApart(
        names.map((name) => thread.in(name)),
        1,
      );
    },
  }),
  clause("isolation/ids-never-run-together", {
    rule: "Thread, namespace and checkpoint id stay apart wherever one ends and the next begins.",
    hint: "Do not join ids with a separator: (a, b:c) and (a:b, c) become one key. Use columns, or prefix lengths.",
    async run({ saver, threadId }) {
      const base = threadId("u");
      for (const separator of [":", "|", "/", ",", ".", "-", "_", "#", "\\", "$", "%", " ", '","']) {
        const joined = (...parts: string[]): string => parts.join(separator);
        await expectApart(
          [
            new TestThread(saver, base, joined("x", "y")),
            new TestThread(saver, joined(base, "x"), "y"),
            new TestThread(saver, joined(base, "x", "y"), ""),
          ],
          "id",
        );
        const thread = new TestThread(saver, joined(base, "z"), "n");
        const longer = new TestThread(saver, joined(base, "z"), joined("n", "id"));
        await thread.put({ id: joined("id", "1"), values: { a: 1 } });
        await longer.put({ id: "1", values: { a: 2 } });
        const what = `where ids are joined by ${show(separator)}`;
        expectSame(await thread.values(joined("id", "1")), { a: 1 }, `The values ${what}`);
        expectSame(await longer.values("1"), { a: 2 }, `The values ${what}`);
      }
    },
  }),
  clause("isolation/tasks-and-indexes-never-run-together", {
    rule: "A task id and the index of a write stay apart, and so do task ids that contain separators.",
    hint: "Do not join task id and index into one key: task 1 with index 11 is not task 11 with index 1.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const tasks = ["t", "t1", "t,1", "t:1", "t:", "t,", "1", "11"];
      const batch = (task: string): [string, unknown][] =>
        Array.from({ length: 12 }, (_, index) => ["a", `${task} ${index}`]);
      for (const task of tasks) await thread.write(1, batch(task), task);
      const expected = tasks
        .toSorted()
        .flatMap((task) => batch(task).map(([channel, value]) => [task, channel, value]));
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("isolation/threads-share-no-values", {
    rule: "Two threads may have the same checkpoint ids, channels, versions and task ids; nothing from one appears in the other.",
    hint: "Make the thread part of every key.",
    async run({ saver, threadId }) {
      const threads = ["a", "b"].map((name) => new TestThread(saver, threadId(name)));
      await expectApart(threads, 1);
      for (const thread of threads) {
        const values = { a: `${thread.id} / `, b: thread.id };
        const newVersions = { b: 2 };
        await thread.put({ id: 2, parent: 1, values, versions: { a: 1, b: 2 }, newVersions });
      }
      for (const thread of threads) {
        const expected = { a: `${thread.id} / `, b: thread.id };
        expectSame(await thread.values(2), expected, "Carried values");
      }
    },
  }),
  clause("isolation/namespaces-share-no-values", {
    rule: "Two namespaces of a thread may have the same checkpoint ids, channels and versions; nothing from one appears in the other.",
    hint: "Make the namespace part of every key.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const places = ["", "a:1", "b:1"].map((name) => thread.in(name));
      await expectApart(places, 1);
      for (const place of places) {
        const values = { a: `${place.id} / ${place.namespace}`, b: place.namespace };
        const newVersions = { b: 2 };
        await place.put({ id: 2, parent: 1, values, versions: { a: 1, b: 2 }, newVersions });
      }
      for (const place of places) {
        const expected = { a: `${place.id} / ${place.namespace}`, b: place.namespace };
        expectSame(await place.values(2), expected, "Carried values");
      }
    },
  }),
  clause("isolation/similar-ids-are-different-ids", {
    rule: "Ids are compared exactly: case, accents, Unicode forms and spaces make them different.",
    hint: "Use a binary collation, do not trim and do not normalise.",
    async run({ saver, threadId }) {
      const base = threadId();
      const endings = ["e", "E", "é", "e\u0301", "e ", " e", "e\t", "ﬁ", "fi", "ß", "ss", "1", "01"];
      await expectApart(
        endings.map((ending) => new TestThread(saver, `${base}${ending}`)),
        1,
      );
      const thread = new TestThread(saver, base);
      await expectApart(
        endings.map((ending) => thread.in(ending)),
        1,
      );
    },
  }),
  clause("isolation/wildcards-are-plain-text", {
    rule: "Wildcard and pattern characters match only themselves, in reads, listings and deletions.",
    hint: "Never put an id into a KEYS, SCAN, LIKE, GLOB or regular-expression pattern.",
    async run({ saver, threadId }) {
      const base = threadId();
      const victim = new TestThread(saver, `${base}abc`);
      await victim.put({ id: 1, values: { a: 1 } });
      await victim.write(1, [["a", 1]]);
      for (const pattern of ["*", "%", "???", "___", "a*", "[a-z]bc", ".*", "abc$", "{abc}", "ab\\c"]) {
        const thread = new TestThread(saver, `${base}${pattern}`);
        const what = `thread ${show(pattern)}`;
        ensure((await thread.find()) === undefined, `getTuple of ${what} found another thread.`);
        expectSame(await thread.listed(), [], `The listing of ${what}`);
        await thread.delete();
        const name = await outcomeOf(() => victim.in(pattern).listed());
        if ("value" in name) expectSame(name.value, [], `The listing of namespace ${show(pattern)}`);
      }
      expectSame(await victim.values(), { a: 1 }, "A thread after deleting others by wildcard");
      expectSame(await victim.writes(), [["task", "a", 1]], "Its pending writes");
    },
  }),
  clause("isolation/an-object-is-no-id", {
    rule: "Ids are strings. An object or array in place of one is refused or finds nothing; it never selects, changes or deletes other data.",
    hint: 'Check at run time that ids are strings: they come from requests, and { $gt: "" } is a query in some databases.',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      const before = await thread.read();
      for (const wrong of [{ $gt: "" }, { $ne: null }, [thread.id], { toString: () => thread.id }]) {
        const config = configOf(undefined, "", 1);
        config.configurable = { ...config.configurable, thread_id: wrong };
        const what = `with thread_id ${show(wrong)}`;
        const read = await outcomeOf(() => saver.getTuple(config));
        if ("value" in read) ensure(read.value === undefined, `getTuple ${what} found a thread.`);
        const listed = await outcomeOf(() => collect(saver.list(config)));
        if ("value" in listed) ensure(listed.value.length === 0, `list ${what} yielded tuples.`);
        const checkpoint = checkpointOf({ id: 1, values: { a: "other" } });
        await outcomeOf(() => saver.put(config, checkpoint, metadataOf({ id: 1 }), { a: 1 }));
        await outcomeOf(() => saver.putWrites(config, [["a", "other"]], "task"));
        await outcomeOf(() => saver.deleteThread(wrong as unknown as string));
        expectSame(await thread.find(), before, `A thread after calls ${what}`);
        expectSame(await thread.listed(), [checkpointId(1)], `Its listing after calls ${what}`);
      }
    },
  }),
];
