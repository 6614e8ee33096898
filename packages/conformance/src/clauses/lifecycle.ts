import type { ChannelVersion } from "@threadmark/core";
import { show } from "@threadmark/core/comparison";
import { ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread, checkpointOf, collect, metadataOf } from "../thread.ts";

export const lifecycleClauses: readonly Clause[] = [
  clause("lifecycle/next-version-grows", {
    rule: "`getNextVersion(undefined)` gives the first version; `getNextVersion(v)` gives one of the same type that is greater, as `>` compares.",
    hint: "Count up, or use strings of a fixed width that sort as they grow.",
    async run({ saver }) {
      let version: ChannelVersion = saver.getNextVersion(undefined);
      for (let step = 0; step < 120; step++) {
        const next: ChannelVersion = saver.getNextVersion(version);
        ensure(
          typeof next === typeof version,
          `getNextVersion(${show(version)}) returned ${show(next)}, which is of another type.`,
        );
        ensure(
          next > version,
          `getNextVersion(${show(version)}) returned ${show(next)}, which is not greater.`,
        );
        version = next;
      }
      await Promise.resolve();
    },
  }),
  clause("lifecycle/next-version-needs-no-this", {
    rule: "`getNextVersion` works as a bare function: LangGraph binds it to whatever it was given as a checkpointer, even `true` or `undefined`.",
    hint: "Do not use this in getNextVersion.",
    async run({ saver }) {
      const { getNextVersion } = saver;
      for (const receiver of [undefined, true]) {
        const first: unknown = Reflect.apply(getNextVersion, receiver, [undefined]);
        const second: unknown = Reflect.apply(getNextVersion, receiver, [first]);
        const what = `getNextVersion called on ${show(receiver)}`;
        ensure(typeof first === "number" || typeof first === "string", `${what} returned ${show(first)}.`);
        ensure(
          (second as number) > (first as number),
          `${what} returned ${show(second)} after ${show(first)}, which is not greater.`,
        );
      }
      await Promise.resolve();
    },
  }),
  clause("lifecycle/to-json-is-the-class-name", {
    rule: '`JSON.stringify` of a saver gives its class name in brackets, `"[ClassName]"`, and nothing of its contents.',
    hint: "Define toJSON() { return `[${this.constructor.name}]`; }. Savers are part of configs that are traced.",
    async run({ saver }) {
      const expected = `[${saver.constructor.name}]`;
      const text = JSON.stringify({ configurable: { saver } });
      expectSame(JSON.parse(text), { configurable: { saver: expected } }, "A config with the saver");
      await Promise.resolve();
    },
  }),
  clause("lifecycle/refusals-are-rejections", {
    rule: "Methods that return promises reject; they do not throw before returning one, and every promise settles.",
    hint: "Make the methods async, even if arguments are checked first.",
    async run({ saver }) {
      const bad = { configurable: {} };
      const calls: (() => unknown)[] = [
        () => saver.put(bad, checkpointOf({ id: 1 }), metadataOf({ id: 1 }), {}),
        () => saver.putWrites(bad, [["a", 1]], "task"),
        () => saver.getTuple(bad),
        () => saver.deleteThread(undefined as unknown as string),
      ];
      for (const [index, call] of calls.entries()) {
        let promise: unknown;
        try {
          promise = call();
        } catch {
          ensure(
            false,
            `${["put", "putWrites", "getTuple", "deleteThread"][index]} threw instead of rejecting.`,
          );
        }
        await outcomeOf(() => promise as Promise<unknown>);
      }
    },
  }),
  clause("lifecycle/a-refusal-leaves-the-saver-usable", {
    rule: "After a refused call, the saver still works, and the thread is unchanged.",
    hint: "Release connections and roll back before rejecting.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      await thread.chain(2, (n) => ({ a: n }));
      const bad = { configurable: { thread_id: thread.id, checkpoint_id: undefined } };
      for (let time = 0; time < 25; time++) {
        await outcomeOf(() => saver.putWrites(bad, [["a", 1]], "task"));
        await outcomeOf(() => saver.put({}, checkpointOf({ id: 3 }), metadataOf({ id: 3 }), {}));
      }
      expectSame((await collect(saver.list(thread.config()))).length, 2, "The number of tuples");
      await thread.put({ id: 3, parent: 2, values: { a: 3 } });
      expectSame(await thread.values(), { a: 3 }, "The values after refused calls");
    },
  }),
  clause("lifecycle/a-long-conversation-stays-readable", {
    rule: "A value that grows with every turn is exact at every checkpoint of a long thread.",
    hint: "If values are cut or shared between checkpoints, reassemble them exactly.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const message = (turn: number): { role: string; text: string } => ({
        role: turn % 2 === 0 ? "user" : "assistant",
        text: `message ${turn} `.repeat(20 + (turn % 17)),
      });
      const messages: ReturnType<typeof message>[] = [];
      for (let id = 1; id <= sizes.turns; id++) {
        messages.push(message(id));
        const values = { messages: structuredCopy(messages), title: "a title" };
        const versions = { messages: id, title: 1 };
        const newVersions = id === 1 ? versions : { messages: id };
        await thread.put({ id, parent: id === 1 ? undefined : id - 1, values, versions, newVersions });
      }
      const expectedAt = (turn: number): object => ({ messages: messages.slice(0, turn), title: "a title" });
      let turn = sizes.turns;
      for await (const { checkpoint } of saver.list(thread.config())) {
        const found = { ...checkpoint.channel_values };
        expectSame(found, expectedAt(turn), `The values of turn ${turn} in a listing`);
        turn--;
      }
      expectSame(turn, 0, "The number of turns that a listing lacks");
      const step = Math.ceil(sizes.turns / 25);
      for (let id = 1; id <= sizes.turns; id += step) {
        expectSame(await thread.values(id), expectedAt(id), `The values of turn ${id}`);
      }
    },
  }),
];

function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
