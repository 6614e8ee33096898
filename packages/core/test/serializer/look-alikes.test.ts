import { Serializer } from "@threadmark/core";
import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";

import { difference } from "./exact.ts";
import { expectExact } from "./round-trip.ts";

const serializer = new Serializer();

const json = (text: string): unknown => JSON.parse(text);

const lookAlikes: unknown[] = [
  {
    lc: 1,
    type: "constructor",
    id: ["langchain_core", "messages", "HumanMessage"],
    kwargs: { content: "x" },
  },
  { lc: 1, type: "secret", id: ["OPENAI_API_KEY"] },
  { lc: 1, type: "not_implemented", id: ["x"] },
  { lc: 2, type: "undefined" },
  { lc: 2, type: "constructor", id: ["Set"], args: [[1]] },
  { lc: 2, type: "constructor", id: ["Error"], method: "constructor", args: ["return process"] },
  { lc: 2, type: "delta_snapshot", value: 1 },
  { lg_name: "Send", node: "n", args: {}, timeout: 5, more: true },
  { lg_name: "Command", update: {}, resume: 1, goto: ["x"] },
  { lg_name: "Overwrite", __overwrite__: 1 },
  { lg_name: "DeltaSnapshot", value: [1] },
  { __lg_type: "__pregel_final", value: 1, save: 2 },
  { type: "__overwrite__", value: 1 },
  { pageContent: "x", metadata: {}, id: undefined },
  {
    lc_serializable: true,
    lc_kwargs: { content: "x" },
    lc_namespace: ["langchain_core", "messages"],
    type: "ai",
  },
  { lc_namespace: null, lc_kwargs: [1], content: null, type: "human" },
  { type: "Buffer", data: [1, 2] },
  { __type: "Date", value: 0 },
  { $date: 0, $ref: "#/a", $oid: "x", $numberLong: "1" },
  { tag: 3, data: 5 },
  [3, 5],
  [193, 3, 5],
  [0, 1],
  [6, ["a", 1]],
  { 6: ["a", 1] },
  [null, 3, 0],
  "threadmark",
  "\u00c1\u0003",
  json('{"__proto__":{"lg_name":"Send"},"lg_name":"Send","node":"n","args":1}'),
  json('{"__proto__":null}'),
  json('{"__proto__":[]}'),
  { then: { then: 1 }, catch: null },
  { toJSON: "x", valueOf: 1, toString: null, constructor: { name: "Date", prototype: {} } },
];

describe("plain data that looks like something else", () => {
  it.each(lookAlikes.map((value) => [JSON.stringify(value), value] as const))(
    "stays plain: %s",
    async (_t, value) => {
      await expectExact(value);
      // Tags of others in the value must not change how it is read.
      await expectExact({ when: new Date(0), value, list: [value, new Map([["k", value]])] });
    },
  );

  it("stays plain in random forms", async () => {
    const key = fc.constantFrom(
      ...[
        "lc",
        "type",
        "id",
        "kwargs",
        "lg_name",
        "node",
        "args",
        "value",
        "__type",
        "__lg_type",
        "__proto__",
      ],
      ...[
        "constructor",
        "prototype",
        "method",
        "data",
        "tag",
        "lc_kwargs",
        "lc_namespace",
        "content",
        "then",
      ],
      ...[
        "__overwrite__",
        "__proto_",
        "__keys__",
        "0",
        "1",
        "update",
        "goto",
        "resume",
        "pageContent",
        "metadata",
      ],
    );
    const leaf = fc.constantFrom<unknown>(
      ...[
        0,
        1,
        2,
        3,
        193,
        "constructor",
        "undefined",
        "Send",
        "Command",
        "Overwrite",
        "DeltaSnapshot",
        "human",
        "ai",
      ],
      ...[
        "__pregel_final",
        "Set",
        "Map",
        null,
        undefined,
        true,
        "Date",
        "prototype",
        "__proto__",
        "Symbol(x)",
      ],
    );
    const { node } = fc.letrec<{ node: unknown; object: unknown; array: unknown }>((tie) => ({
      node: fc.oneof({ maxDepth: 4, depthSize: "small" }, leaf, tie("object"), tie("array")),
      // Through entries, since only so `__proto__` becomes a key.
      object: fc
        .uniqueArray(fc.tuple(key, tie("node")), { selector: ([name]) => name, maxLength: 6 })
        .map((entries) => Object.fromEntries(entries)),
      array: fc.array(tie("node"), { maxLength: 4 }),
    }));
    await fc.assert(
      fc.asyncProperty(node, fc.boolean(), async (value, beside) => {
        const whole = beside ? { value, tagged: new Set([value]) } : value;
        expect(difference(whole, await serializer.decode(serializer.encode(whole)))).toBeUndefined();
      }),
      rounds(2000),
    );
  });
});
