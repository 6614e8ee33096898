import { isCheckpointError } from "@threadmark/core";
import { difference, show } from "@threadmark/core/comparison";
import {
  NotApplicable,
  checkCode,
  describeError,
  ensure,
  expectSame,
  fail,
  outcomeOf,
} from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { expectKept } from "../fidelity.ts";
import type { TestedSaver } from "../saver.ts";
import { TestThread } from "../thread.ts";

class Account {
  readonly owner = "bob";
  total(): number {
    return 1;
  }
}

/** Values that hardly any serializer can keep, by name. */
function unstorable(): [name: string, value: unknown][] {
  return [
    ["a function", (): number => 1],
    ["a nested function", { list: [{ f: (): number => 1 }] }],
    ["a symbol", Symbol("s")],
    ["an instance of a class", new Account()],
    ["a nested instance of a class", [{ account: new Account() }]],
    ["a promise", Promise.resolve(1)],
    ["a weak map", new WeakMap()],
    [
      "an object whose key cannot be read",
      Object.defineProperty({}, "a", { enumerable: true, get: explode }),
    ],
  ];
}

function explode(): never {
  throw new Error("This key cannot be read.");
}

const HINT =
  "Check the whole value before writing anything, and reject with the path of what cannot be stored. A dropped or changed value is noticed only when the thread is resumed.";

/** A saver that refuses what it cannot store, if the saver has the option; otherwise the default one. */
async function refusing({ saver, openWith }: ClauseContext): Promise<TestedSaver> {
  try {
    return (await openWith({ onUnknown: "refuse" })).saver;
  } catch (error) {
    if (error instanceof NotApplicable) return saver;
    throw error;
  }
}

export const refusalClauses: readonly Clause[] = [
  clause("refusal/put-refuses-what-it-cannot-keep", {
    rule: 'A value that cannot be stored exactly makes `put` reject, and nothing of that put is stored; where a saver has the option, with `onUnknown: "refuse"`.',
    hint: HINT,
    async run(context) {
      const saver = await refusing(context);
      for (const [index, [name, value]] of unstorable().entries()) {
        const thread = new TestThread(saver, context.threadId(`${index}`));
        await thread.put({ id: 1, values: { a: 1 } });
        const put = await outcomeOf(() => thread.put({ id: 2, parent: 1, values: { a: 2, b: value } }));
        if ("error" in put) {
          checkCode(put.error, `put of ${name}`, "NOT_SERIALIZABLE");
          ensure(
            (await thread.find(2)) === undefined,
            `put of ${name} was refused, but the checkpoint is stored.`,
          );
        } else {
          expectIdentical((await thread.values(2))["b"], value, `put accepted ${name}, which`);
        }
        expectSame(await thread.values(1), { a: 1 }, "The values of the checkpoint before");
      }
    },
  }),
  clause("refusal/put-writes-refuses-what-it-cannot-keep", {
    rule: 'A value that cannot be stored exactly makes `putWrites` reject, and nothing of that batch is stored; where a saver has the option, with `onUnknown: "refuse"`.',
    hint: HINT,
    async run(context) {
      const thread = new TestThread(await refusing(context), context.threadId());
      await thread.put({ id: 1 });
      for (const [name, value] of unstorable()) {
        const wrote = await outcomeOf(() =>
          thread.write(
            1,
            [
              ["a", 1],
              ["b", value],
            ],
            name,
          ),
        );
        const read = await outcomeOf(() => thread.writes(1));
        if ("error" in read) {
          fail(`After putWrites of ${name} the thread cannot be read: ${describeError(read.error)}.`);
        }
        const found = read.value.filter(([task]) => task === name);
        if ("error" in wrote) {
          checkCode(wrote.error, `putWrites of ${name}`, "NOT_SERIALIZABLE");
          expectSame(found, [], `The writes after a batch with ${name} was refused`);
        } else {
          expectIdentical(found[1]?.[2], value, `putWrites accepted ${name}, which`);
        }
      }
    },
  }),
  clause("refusal/deep-values-are-kept-or-refused", {
    rule: "Deeply nested values are stored, or refused with nothing stored; the thread stays readable.",
    hint: "Limit recursion, and check the depth before anything is written.",
    async run(context) {
      const thread = new TestThread(context.saver, context.threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      // What is written without trouble can still be too deep for the reader.
      for (const [i, levels] of [500, 1500, 4000, 8000, context.sizes.depth].entries()) {
        const id = i + 2;
        const put = await outcomeOf(() => thread.put({ id, parent: 1, values: { a: nest(levels) } }));
        if ("error" in put) {
          checkCode(put.error, `put of a value of ${levels} levels`, "NOT_SERIALIZABLE");
          ensure(
            (await thread.find(id)) === undefined,
            `put of a value of ${levels} levels was refused, but the value is stored.`,
          );
        } else {
          const depth = depthOf((await thread.values(id))["a"]);
          ensure(depth === levels, `A value of ${levels} levels came back with ${depth}.`);
        }
        expectSame(await thread.values(1), { a: 1 }, "The values of the checkpoint before");
      }
    },
  }),
  clause("refusal/large-values-are-kept", {
    rule: "Values of any size come back; a database's limit on a row or document is not a limit on values.",
    hint: "Cut large values into pieces.",
    async run(context) {
      const size = context.sizes.largeValue;
      await expectKept(context, () => ({
        text: "0123456789abcdef".repeat(Math.ceil(size / 16)),
        list: Array.from({ length: Math.ceil(size / 64) }, (_, index) => ({ index, a: "text" })),
        beyondTwoMebibytes: "abcdefgh".repeat((2.5 * size) / 8),
      }));
    },
  }),
  clause("refusal/errors-name-the-place", {
    rule: "Where errors have codes, the refusal of a value has the code `NOT_SERIALIZABLE` and a path that leads to the value.",
    hint: "Keep the path while walking the value: users cannot find a function in their state without it.",
    async run(context) {
      const thread = new TestThread(await refusing(context), context.threadId());
      const values = { state: { list: [0, { callback: (): number => 1 }] } };
      const put = await outcomeOf(() => thread.put({ id: 1, values }));
      if (!("error" in put) || !isCheckpointError(put.error)) {
        throw new NotApplicable("the saver has no errors with codes for such a value");
      }
      const { code, path } = put.error;
      expectSame(code, "NOT_SERIALIZABLE", "The code");
      ensure(
        path !== undefined && path.includes("list[1].callback"),
        `The path is ${show(path)}; it should end in list[1].callback.`,
      );
    },
  }),
];

/** @param what The value that was accepted, as the subject of a sentence. */
function expectIdentical(actual: unknown, expected: unknown, what: string): void {
  const found = difference(actual, expected);
  if (found === undefined) return;
  const place = found.path === "$" ? "" : `, at ${found.path}`;
  fail(`${what} came back changed${place}: ${found.message}.`);
}

function nest(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

function depthOf(value: unknown): number {
  let depth = 0;
  let inner = value;
  while (Array.isArray(inner)) {
    depth++;
    inner = inner[0];
  }
  return depth;
}
