import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { expectKept } from "../fidelity.ts";
import { host } from "../host.ts";

type Make = () => Record<string, unknown>;

function kept(name: string, what: string, hint: string, make: Make): Clause {
  return clause(`values/${name}`, {
    rule: `Kept exactly, in channels and in pending writes: ${what}.`,
    hint,
    run: (context) => expectKept(context, make),
  });
}

const JSON_HINT =
  "JSON cannot represent such values and changes them without an error. Use a serializer that supports them, or refuse them at put.";

export const valueClauses: readonly Clause[] = [
  kept(
    "plain-data",
    "`null`, booleans, numbers, strings, and arrays and objects of them",
    "Store values through a serializer that keeps JSON data as it is.",
    () => ({
      null: null,
      true: true,
      false: false,
      zero: 0,
      integers: [1, -1, 9_007_199_254_740_991, -9_007_199_254_740_991, 2 ** 53, 4_294_967_296],
      fractions: [0.1, -1.5, 1e308, 5e-324, 1e21, 1e-7],
      empty: ["", [], {}],
      nested: { list: [{ a: [[[]]] }, "text"], object: { a: { b: { c: null } } } },
      keys: { "": 1, "a.b": 2, $c: 3, "0": 4, length: 5, type: "x", id: null },
    }),
  ),
  kept(
    "strings",
    "strings with any character, control characters, NUL and half surrogate pairs included",
    "Store text as bytes of your own encoding: UTF-8 has no half surrogates, and some databases have no NUL.",
    () => ({
      nul: "a\0b",
      control: "\u0001\b\t\n\u000b\f\r\u001f\u007f\u0085\u2028\u2029",
      surrogates: ["\ud800", "a\udc00b", "\udc00\ud800"],
      astral: "\u{1f600}\u{10ffff}",
      forms: ["é", "e\u0301", "\ufeffbom", "\ufffd"],
      lines: ["a\r\nb\n\rc", "\r", "\n"],
      spaces: ["  both ends  ", " ", "\t", "\u00a0"],
      json: ['{"a":1}', "[1]", "null", "true", "1", '"a"', "2026-01-01T00:00:00.000Z"],
      escapes: ["\\u0000", "\\x41", '\\"', "\\\\"],
      keys: { "a\0b": 1, "\ud800": 2, "\u{1f600}": 3 },
    }),
  ),
  kept(
    "undefined",
    "`undefined`, alone and as an item or a property",
    "Keep the key: { a: undefined } is not {}, and undefined is not null.",
    () => ({ alone: undefined, item: [undefined, 1, undefined], property: { a: undefined, b: 1 } }),
  ),
  kept("special-numbers", "`NaN`, the infinities and −0", JSON_HINT, () => ({
    nan: NaN,
    infinite: [Infinity, -Infinity],
    negativeZero: { zero: -0 },
  })),
  kept("bigints", "BigInts", JSON_HINT, () => ({
    small: 10n,
    list: [0n, -1n, 2n ** 63n, -(2n ** 64n), 123_456_789_012_345_678_901_234_567_890n],
  })),
  kept("dates", "Dates", JSON_HINT, () => ({
    date: new Date("2026-01-02T03:04:05.678Z"),
    list: [new Date(0), new Date(-1), new Date(8.64e15), new Date(NaN)],
    text: "2026-01-02T03:04:05.678Z",
  })),
  kept("regular-expressions", "regular expressions", JSON_HINT, () => ({
    plain: /a+b/,
    nested: [/[/\\]"'/giu, /(?<year>\d{4})/y],
  })),
  kept("urls", "URLs", JSON_HINT, () => ({
    url: new host.URL("https://user@example.com:8080/a%20b?c=d#e"),
    nested: { list: [new host.URL("file:///tmp")] },
  })),
  kept("maps", "Maps, with any keys and in their order", JSON_HINT, () => ({
    map: new Map<unknown, unknown>([
      ["b", 1],
      ["a", [new Map([[1, "number"]])]],
      [1, "number"],
      ["1", "string"],
      [{ key: "object" }, null],
    ]),
    nested: [{ map: new Map() }],
  })),
  kept("sets", "Sets, in their order", JSON_HINT, () => ({
    set: new Set<unknown>(["b", "a", 1, "1", null, [1]]),
    nested: [{ set: new Set([new Set()]) }],
  })),
  kept("errors", "errors, with class, name, message, stack, cause and their own fields", JSON_HINT, () => {
    const error = new TypeError("wrong type", { cause: new RangeError("too far") });
    error.stack = "TypeError: wrong type\n    at somewhere";
    (error.cause as Error).stack = "RangeError: too far";
    const own = Object.assign(new Error("with fields"), { code: "E_OWN", details: [1] });
    own.stack = "Error: with fields";
    const many = new AggregateError([new Error("one")], "many");
    many.stack = "AggregateError: many";
    (many.errors[0] as Error).stack = "Error: one";
    return { error, nested: [{ own }], many };
  }),
  kept("sparse-arrays", "arrays with holes", JSON_HINT, () => {
    const sparse: unknown[] = ["first"];
    sparse[3] = "last";
    sparse.length = 5;
    return { sparse, nested: { list: [sparse.slice(), []] } };
  }),
  clause("values/shared-references", {
    rule: "An object that occurs twice in one value is read back as one object, and two equal objects stay two.",
    hint: JSON_HINT,
    run: (context) =>
      expectKept(
        context,
        () => {
          const shared = { deep: [1] };
          return { both: [shared, { again: shared }, { deep: [1] }] };
        },
        { references: true },
      ),
  }),
  clause("values/circular-references", {
    rule: "A value that contains itself comes back containing itself.",
    hint: JSON_HINT,
    run: (context) =>
      expectKept(
        context,
        () => {
          const loop: Record<string, unknown> = { name: "loop" };
          loop["self"] = loop;
          const list: unknown[] = [{ up: loop }];
          list.push(list);
          return { loop, list };
        },
        { references: true },
      ),
  }),
  kept(
    "own-keys-of-any-name",
    "objects with own keys named `__proto__`, `constructor` or `toJSON`",
    'Define keys when reading; object["__proto__"] = value sets the prototype and not a key.',
    () => ({
      proto: JSON.parse('{"__proto__":{"polluted":true},"a":1}') as unknown,
      others: { constructor: { prototype: { a: 1 } }, prototype: 1, toJSON: "x", valueOf: 0 },
    }),
  ),
  kept(
    "look-alikes",
    "plain objects that look like a serializer's own markers",
    "Mark special types so that data cannot look like them, or escape data that does. A mark in user data must not choose what is built.",
    () => ({
      lc1: { lc: 1, type: "constructor", id: ["langchain_core", "nope"], kwargs: { a: 1 } },
      lc2set: { lc: 2, type: "constructor", id: ["Set"], args: [[1]] },
      lc2undefined: { lc: 2, type: "undefined" },
      lc2uint8: { lc: 2, type: "constructor", id: ["Uint8Array"], args: [[1]], method: "from" },
      send: { lg_name: "Send", node: "n", args: {}, more: 1 },
      nested: [{ deep: { lc: 1, type: "not_implemented", id: ["x"] } }],
      others: [
        { type: "Buffer", data: [1] },
        { $date: "2026-01-01" },
        { $oid: "0123456789abcdef01234567" },
        { __type: "Map", value: [] },
        { __bytes__: "AA==" },
        { $ref: "$" },
        "[Circular]",
      ],
    }),
  ),
];
