import { show } from "@threadmark/core/comparison";
import { checkCode, ensure, expectSame, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { TestThread } from "../thread.ts";

class Account {
  readonly owner = "bob";
  self: unknown;
  total(): number {
    return 1;
  }
}

class Price {
  readonly #cents = 150;
  toJSON(): object {
    return { cents: this.#cents };
  }
}

class Rows extends Array<number> {}
class Registry extends Map<string, unknown> {}
class Tags extends Set<unknown> {}
class Day extends Date {}

class ApiError extends RangeError {
  override name = "ApiError";
  readonly status = 429;
}

const HINT =
  "Convert while walking the value, before anything is written: skip whatever throws, and keep an object that occurs twice one object.";

/** Puts values into channels and writes of a saver that converts, and returns both as they were read. */
async function converted(
  { openWith, threadId }: ClauseContext,
  make: () => Record<string, unknown>,
): Promise<Record<string, unknown>[]> {
  const { saver } = await openWith({ onUnknown: "convert" });
  const thread = new TestThread(saver, threadId());
  await thread.put({ id: 1, values: make() });
  await thread.write(1, Object.entries(make()));
  const writes = await thread.writes(1);
  return [await thread.values(1), Object.fromEntries(writes.map(([, channel, value]) => [channel, value]))];
}

async function expectConverted(
  context: ClauseContext,
  make: () => Record<string, unknown>,
  expected: Record<string, unknown>,
): Promise<void> {
  const [values, writes] = await converted(context, make);
  expectSame(values, expected, "The values of the channels");
  expectSame(writes, expected, "The values of the writes");
}

function explode(): never {
  throw new Error("This key cannot be read.");
}

export const conversionClauses: readonly Clause[] = [
  clause("conversion/nothing-else-is-lost", {
    rule: "Where a saver converts what it cannot store exactly, `put` and `putWrites` accept class instances, functions, symbols, promises and properties that cannot be read, and everything else in the values comes back.",
    hint: HINT,
    async run(context) {
      const unknowns = (): unknown[] => [
        new Account(),
        Promise.resolve(1),
        new WeakMap(),
        explode,
        Symbol("s"),
        Object.defineProperty({}, "a", { enumerable: true, get: explode }),
        { list: [{ deep: new Price() }] },
      ];
      const make = (): Record<string, unknown> =>
        Object.fromEntries(
          unknowns().map((unknown, index) => [
            `channel ${index}`,
            { before: [new Date(0)], unknown, after: { text: "kept", list: [1, undefined, 2] } },
          ]),
        );
      for (const found of await converted(context, make)) {
        for (const [channel, value] of Object.entries(make())) {
          const { before, after } = value as { before: unknown; after: unknown };
          const stored = { ...(found[channel] as object), unknown: undefined };
          expectSame(
            stored,
            { before, unknown: undefined, after },
            `What is next to the value of ${channel}`,
          );
        }
      }
    },
  }),
  clause("conversion/instances-come-back-as-their-data", {
    rule: "An instance of an unknown class comes back as what its `toJSON()` returns, one of a subclass of Array, Map, Set or Date as an instance of that class, and any other as a plain object of its own enumerable properties.",
    hint: HINT,
    run: (context) =>
      expectConverted(
        context,
        () => ({
          whole: new Account(),
          nested: [{ account: new Account() }],
          price: new Price(),
          natives: [Rows.from([1, 2]), new Registry([["a", 1]]), new Tags(["b"]), new Day(5)],
        }),
        {
          whole: { owner: "bob", self: undefined },
          nested: [{ account: { owner: "bob", self: undefined } }],
          price: { cents: 150 },
          natives: [[1, 2], new Map([["a", 1]]), new Set(["b"]), new Date(5)],
        },
      ),
  }),
  clause("conversion/errors-keep-what-they-say", {
    rule: "An error of an unknown class comes back as the nearest native class with name, message, stack, cause and own fields.",
    hint: "Copy an error's fields into a native error; JSON omits them.",
    async run(context) {
      const make = (): Record<string, unknown> => {
        const error = new ApiError("too many", { cause: new TypeError("why") });
        return { error: Object.assign(error, { stack: "ApiError: too many" }) };
      };
      for (const { error } of await converted(context, make)) {
        ensure(
          error instanceof RangeError,
          `The error came back as ${show(error)}, which is not a RangeError.`,
        );
        const { name, message, stack, status, cause } = error as ApiError;
        const said = { name, message, stack, status, cause: (cause as Error | undefined)?.message };
        const expected = { name: "ApiError", message: "too many", stack: "ApiError: too many", status: 429 };
        expectSame(said, { ...expected, cause: "why" }, "The fields of the error");
      }
    },
  }),
  clause("conversion/functions-are-left-out-and-positions-stay", {
    rule: "A function or symbol is left out of an object, and leaves `undefined` in an array.",
    hint: HINT,
    run: (context) =>
      expectConverted(
        context,
        () => ({
          object: { a: 1, f: explode, s: Symbol("s"), b: { f: explode } },
          list: [1, explode, 2, Symbol("s"), { f: explode }],
        }),
        { object: { a: 1, b: {} }, list: [1, undefined, 2, undefined, {}] },
      ),
  }),
  clause("conversion/an-instance-that-occurs-twice-is-one", {
    rule: "An instance that occurs twice in one value is read back as one object, and may contain itself.",
    hint: HINT,
    async run(context) {
      const make = (): Record<string, unknown> => {
        const account = new Account();
        account.self = account;
        return { both: [account, { again: account }] };
      };
      for (const found of await converted(context, make)) {
        const both = found["both"] as [{ self: unknown }, { again: unknown }];
        ensure(both[1].again === both[0], "One instance came back as two objects.");
        ensure(both[0].self === both[0], "An instance that contains itself came back containing another.");
      }
    },
  }),
  clause("conversion/a-function-as-the-whole-value-is-refused", {
    rule: "A function or symbol as the whole value of a channel or write is refused, because nothing would be left; nothing of that call is stored.",
    hint: HINT,
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ onUnknown: "convert" });
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: 1 } });
      for (const value of [explode, Symbol("s")]) {
        const put = await outcomeOf(() => thread.put({ id: 2, parent: 1, values: { a: 2, b: value } }));
        ensure("error" in put, "put of a function or symbol was accepted.");
        checkCode(put.error, "put of a function or symbol", "NOT_SERIALIZABLE");
        const wrote = await outcomeOf(() =>
          thread.write(1, [
            ["a", 1],
            ["b", value],
          ]),
        );
        ensure("error" in wrote, "putWrites of a function or symbol was accepted.");
        checkCode(wrote.error, "putWrites of a function or symbol", "NOT_SERIALIZABLE");
      }
      ensure((await thread.find(2)) === undefined, "A put that was refused is stored.");
      expectSame(await thread.writes(1), [], "What is stored of refused batches");
    },
  }),
];
