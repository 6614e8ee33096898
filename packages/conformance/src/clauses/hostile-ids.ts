import { show } from "@threadmark/core/comparison";
import { checkCode, ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread } from "../thread.ts";

/** Strings that mean something to some database, format or language. */
const HOSTILE: readonly string[] = [
  ...":|/\\%_'\"`*[]{}()$.,;#?&=~^<>@!+-",
  "a:b|c:d",
  "\\x41",
  "\\u0000",
  "%00",
  "' OR '1'='1",
  "$where",
  "{tag}",
  "..",
  " lead",
  "trail ",
  "tab\tand\nnewline\r",
  "é e\u0301 ß ﬁ",
  "\u200b\u202e\ufeff",
  "\u{1f600}\u{10ffff}",
  "\u0001\u007f\u0085",
  "null",
  "-1",
  "1e3",
];

/** Channels and tasks whose long names differ at their end only. */
async function expectLongNames(
  thread: TestThread,
  long: (bytes: number, ending: string) => string,
): Promise<void> {
  const [first, second] = [long(500, "c1"), long(500, "c2")];
  await thread.put({ id: 1, values: { [first]: 1, [second]: 2 } });
  for (const n of [1, 2]) {
    await thread.write(1, [[long(500, `h${n}`), n]], long(200, `t${n}`), long(500, `p${n}`));
  }
  expectSame(await thread.values(1), { [first]: 1, [second]: 2 }, "The values of long channel names");
  const writes = [1, 2].map((n) => [long(200, `t${n}`), long(500, `h${n}`), n]);
  expectSame(await thread.writes(1), writes, "The writes of long task ids");
}

/** Ends up on Object.prototype in savers that use plain objects as maps. */
const OBJECT_MEMBERS: readonly string[] = ["__proto__", "constructor", "prototype", "toString"];

const PLAIN_HINT =
  "Ids and names are opaque. Bind them as parameters, keep them in a Map, and never parse, trim, escape or match them.";

/** Takes one place through everything that a saver does with it. */
async function fullCycle(thread: TestThread, id: number | string, what: string): Promise<void> {
  await thread.put({ id, values: { a: what } });
  await thread.write(id, [["a", what]]);
  const tuple = await thread.read(id);
  expectSame(tuple.config, thread.config(id), `The config of ${what}`);
  expectSame(await thread.values(), { a: what }, `The values of ${what}`);
  expectSame(tuple.pendingWrites, [["task", "a", what]], `The pending writes of ${what}`);
  expectSame(await thread.listed(), [tuple.checkpoint.id], `The listing of ${what}`);
  await thread.delete();
  ensure((await thread.find(id)) === undefined, `deleteThread left ${what}.`);
}

/** The place must work, or be refused at put with nothing stored. */
async function keptOrRefused(thread: TestThread, id: string, what: string): Promise<void> {
  const put = await outcomeOf(() => thread.put({ id, values: { a: 1 } }));
  if ("error" in put) {
    checkCode(put.error, `put with ${what}`, "INVALID_CONFIG");
    return;
  }
  const tuple = await thread.read(id);
  expectSame(tuple.config, thread.config(id), `The config of ${what}`);
}

function expectCleanPrototype(saver: TestedSaver): void {
  for (const key in {}) ensure(false, `Object.prototype has got a key ${show(key)}.`);
  const polluted: Record<string, unknown> = {};
  ensure(polluted["a"] === undefined, "Every object has got a key a.");
  ensure(typeof saver.getTuple === "function", "The saver has lost its methods.");
}

export const hostileIdClauses: readonly Clause[] = [
  clause("hostile-ids/threads", {
    rule: "Any string can be a thread id, whatever it means to a database.",
    hint: PLAIN_HINT,
    async run({ saver, threadId }) {
      for (const text of HOSTILE) {
        for (const id of [`${threadId()}${text}`, `${text}${threadId()}`]) {
          await fullCycle(new TestThread(saver, id), 1, `thread id ${show(text)}`);
        }
      }
    },
  }),
  clause("hostile-ids/namespaces", {
    rule: "Any string can be a namespace: namespaces are made of node names.",
    hint: PLAIN_HINT,
    async run({ saver, threadId }) {
      for (const [index, text] of HOSTILE.entries()) {
        const thread = new TestThread(saver, threadId(`${index}`), text);
        await fullCycle(thread, 1, `namespace ${show(text)}`);
      }
    },
  }),
  clause("hostile-ids/checkpoints", {
    rule: "Any string can be a checkpoint id.",
    hint: PLAIN_HINT,
    async run({ saver, threadId }) {
      for (const [index, text] of HOSTILE.entries()) {
        const thread = new TestThread(saver, threadId(`${index}`));
        await fullCycle(thread, text, `checkpoint id ${show(text)}`);
      }
    },
  }),
  clause("hostile-ids/tasks", {
    rule: "Any string can be a task id or a task path.",
    hint: PLAIN_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1 });
      const ids = [...HOSTILE, "0123456789abcdef0123456789abcdef"];
      for (const id of ids) await thread.write(1, [["a", id]], id, id);
      const found = await thread.writes(1);
      const byTask = new Map(found.map(([task, channel, value]) => [task, { channel, value }]));
      for (const id of ids) {
        const expected = { channel: "a", value: id };
        expectSame(byTask.get(id), expected, `The write of task ${show(id)}`);
      }
      expectSame(found.length, ids.length, "The number of pending writes");
    },
  }),
  clause("hostile-ids/channels", {
    rule: "Any string can be a channel name, in values, versions and writes.",
    hint: PLAIN_HINT,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const names = [...HOSTILE, ""];
      const values = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
      const versions = Object.fromEntries(names.map((name, index) => [name, index + 1]));
      await thread.put({ id: 1, values, versions, versionsSeen: { [HOSTILE.join("")]: versions } });
      await thread.write(
        1,
        names.map((name) => [name, `write to ${name}`]),
      );
      const { checkpoint } = await thread.read(1);
      expectSame({ ...checkpoint.channel_values }, values, "channel_values");
      expectSame({ ...checkpoint.channel_versions }, versions, "channel_versions");
      const expected = names.map((name) => ["task", name, `write to ${name}`]);
      expectSame(await thread.writes(1), expected, "The pending writes");
    },
  }),
  clause("hostile-ids/metadata-keys", {
    rule: "Any string can be a key in metadata, at any depth.",
    hint: `${PLAIN_HINT} Document databases give . and $ in keys a meaning: store metadata as bytes.`,
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const flat = Object.fromEntries([...HOSTILE, ""].map((name) => [name, name]));
      const metadata = { ...flat, deep: { deeper: { ...flat } }, parents: { ...flat } };
      await thread.put({ id: 1, metadata });
      const expected = { source: "loop", step: 1, ...metadata };
      expectSame((await thread.read(1)).metadata, expected, "The metadata");
    },
  }),
  clause("hostile-ids/ids-named-like-object-members", {
    rule: "`__proto__`, `constructor`, `prototype` and `toString` are ids like any other, for threads, namespaces, checkpoints and tasks, or are refused, and they change no object.",
    hint: "Keep anything looked up by id in a Map, or in objects without a prototype.",
    alone: true,
    async run({ saver }) {
      for (const name of OBJECT_MEMBERS) {
        const none = await outcomeOf(() => new TestThread(saver, name).find());
        expectCleanPrototype(saver);
        if ("error" in none) continue;
        ensure(none.value === undefined, `getTuple of thread ${name} found something.`);
        const thread = new TestThread(saver, name, name);
        await thread.put({ id: name, values: { a: name } });
        await thread.write(name, [["a", name]], name, name);
        expectSame(await thread.values(), { a: name }, `The values of thread ${name}`);
        expectSame(await thread.writes(name), [[name, "a", name]], `The writes of thread ${name}`);
        expectSame(await thread.listed(), [name], `The listing of thread ${name}`);
        await thread.delete();
        ensure((await thread.find()) === undefined, `deleteThread left thread ${name}.`);
        expectCleanPrototype(saver);
      }
    },
  }),
  clause("hostile-ids/keys-named-like-object-members", {
    rule: "`__proto__`, `constructor`, `prototype` and `toString` are channel names and metadata keys like any other, and they change no object.",
    hint: 'Make results with Object.fromEntries or Object.defineProperty: result["__proto__"] = value sets no key.',
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const values = Object.fromEntries(OBJECT_MEMBERS.map((name) => [name, { a: name }]));
      const versions = Object.fromEntries(OBJECT_MEMBERS.map((name, index) => [name, index + 1]));
      const versionsSeen = Object.fromEntries(OBJECT_MEMBERS.map((name) => [name, versions]));
      await thread.put({ id: 1, values, versions, versionsSeen, metadata: { ...versions } });
      const tuple = await thread.read(1);
      expectSame(await thread.values(1), values, "channel_values");
      expectSame({ ...tuple.checkpoint.channel_versions }, versions, "channel_versions");
      expectSame({ ...tuple.checkpoint.versions_seen }, versionsSeen, "versions_seen");
      const metadata = { source: "loop", step: 1, parents: {}, ...versions };
      expectSame({ ...tuple.metadata }, metadata, "The metadata");
      expectCleanPrototype(saver);
    },
  }),
  clause("hostile-ids/long-ids", {
    rule: "Ids may be long: 500 bytes for threads, namespaces, task paths and channels, 200 bytes for checkpoints and tasks.",
    hint: "Do not truncate ids, and choose column and key sizes for them: nested namespaces and task paths grow long.",
    async run({ saver, threadId }) {
      // Some databases count bytes, and others count characters.
      for (const [of, bytesEach] of [
        ["ü", 2],
        ["x", 1],
      ] as const) {
        const long = (bytes: number, ending: string): string =>
          `${of.repeat((bytes - ending.length) / bytesEach)}${ending}`;
        const id = threadId(of === "x" ? "ascii" : "").padEnd(499, "x");
        for (const end of ["1", "2"]) {
          const thread = new TestThread(saver, `${id}${end}`, long(500, `n${end}`));
          await fullCycle(thread, long(200, `c${end}`), `a long id ${end}`);
        }
        const thread = new TestThread(saver, `${threadId()}${of}`);
        await expectLongNames(thread, long);
      }
    },
  }),
  clause("hostile-ids/what-cannot-be-text-is-kept-or-refused", {
    rule: "An id with NUL or half a surrogate pair is kept exactly or refused; it never becomes another id.",
    hint: "Databases truncate, replace or reject these. Refuse them before anything is written.",
    async run({ saver, threadId }) {
      for (const bad of ["a\0b", "\0", "a\ud800", "\udc00b"]) {
        const id = `${threadId()}${bad}`;
        await keptOrRefused(new TestThread(saver, id), "id", `thread id ${show(bad)}`);
        const plain = new TestThread(saver, threadId());
        await keptOrRefused(plain.in(bad), "id", `namespace ${show(bad)}`);
        await keptOrRefused(plain.in("checkpoints"), bad, `checkpoint id ${show(bad)}`);
        await plain.put({ id: 1 });
        const wrote = await outcomeOf(() => plain.write(1, [[bad, bad]], bad));
        const found = (await plain.writes(1)).filter(([task]) => task !== "task");
        const expected = "error" in wrote ? [] : [[bad, bad, bad]];
        expectSame(found, expected, `Writes to channel ${show(bad)} of task ${show(bad)}`);
        await plain.delete();
      }
    },
  }),
  clause("hostile-ids/channels-with-nul-are-kept-or-refused", {
    rule: "A channel name with NUL or half a surrogate pair is kept exactly, or `put` refuses it; the thread stays readable.",
    hint: "Refuse at put what cannot be read back.",
    async run({ saver, threadId }) {
      for (const [index, name] of ["a\0b", "\ud800x"].entries()) {
        const thread = new TestThread(saver, threadId(`${index}`));
        await thread.put({ id: 1, values: { a: 1 } });
        const put = await outcomeOf(() => thread.put({ id: 2, parent: 1, values: { [name]: 1 } }));
        if ("error" in put) {
          expectSame(await thread.values(), { a: 1 }, "The values after a refused put");
        } else {
          expectSame(await thread.values(2), { [name]: 1 }, `The channel ${show(name)}`);
        }
      }
    },
  }),
];
