import { BigNumber } from "bignumber.js";
import dayjs from "dayjs";
import { Decimal } from "decimal.js";
import { Data, Option, Result } from "effect";
import { createDraft, produce } from "immer";
import { DateTime } from "luxon";
import { observable, toJS } from "mobx";
import moment from "moment";
import { Decimal128, Long, ObjectId } from "mongodb";
import pg from "pg";
import { proxy, snapshot } from "valtio/vanilla";
import { z } from "zod";
import { equals, isError } from "../checks.ts";
import type { Kind } from "../kinds.ts";

const schema = z.object({ id: z.string().brand("Id"), when: z.coerce.date() });
const made = { a: [1, { b: 2 }] };
class Tagged extends Data.Class<{ readonly a: number }> {}
const EPOCH = "1970-01-01T00:00:00.000Z";
const TO_JSON = "what `toJSON()` returns";

function draft(): unknown {
  const open = createDraft({ a: [1, { b: 2 }] as unknown[] });
  open.a.push(3);
  return open;
}

/** What the driver makes of a row, without a server. */
function row(): object {
  const interval = pg.types.getTypeParser(pg.types.builtins.INTERVAL)("1 day") as unknown;
  return {
    a: 1,
    t: pg.types.getTypeParser(pg.types.builtins.TIMESTAMP)("2026-01-01 00:00:00Z") as unknown,
    i: interval,
  };
}

export const libraryKinds: readonly Kind[] = [
  {
    name: "the result of a zod schema",
    make: () => schema.parse({ id: "1", when: "2020-01-01" }),
    becomes: "exact",
  },
  { name: "the result of zod's `safeParse`", make: () => z.string().safeParse("x"), becomes: "exact" },
  {
    name: "the error of zod's `safeParse`",
    make: () => ({ e: z.string().safeParse(1).error }),
    becomes: "an Error with the same name, message, stack, cause and own fields",
    check: (result: { e: Error & { issues: unknown[] } }) => {
      isError(Error, { name: "ZodError" })(result.e);
      equals(1)(result.e.issues.length);
    },
  },
  {
    name: "a zod schema",
    make: () => ({ schema: z.object({ a: z.string() }) }),
    becomes: "a plain object with its own enumerable properties",
    check: (result: { schema: { type: string } }) => equals("object")(result.schema.type),
  },
  {
    name: "decimal.js `Decimal`",
    make: () => ({ price: new Decimal("12.50") }),
    becomes: TO_JSON,
    check: equals({ price: "12.5" }),
  },
  {
    name: "bignumber.js `BigNumber`",
    make: () => ({ price: new BigNumber("12.50") }),
    becomes: TO_JSON,
    check: equals({ price: "12.5" }),
  },
  { name: "a dayjs object", make: () => ({ at: dayjs(0) }), becomes: TO_JSON, check: equals({ at: EPOCH }) },
  {
    name: "a moment object",
    make: () => ({ at: moment(0) }),
    becomes: TO_JSON,
    check: equals({ at: EPOCH }),
  },
  {
    name: "luxon `DateTime`",
    make: () => ({ at: DateTime.fromMillis(0, { zone: "utc" }) }),
    becomes: TO_JSON,
    check: equals({ at: EPOCH }),
  },
  {
    name: "mongodb `ObjectId`",
    make: () => ({ _id: new ObjectId("650000000000000000000000") }),
    becomes: "exact with `MongoDBSaver` or `bsonTypes`; otherwise what `toJSON()` returns",
    check: equals({ _id: "650000000000000000000000" }),
  },
  {
    name: "mongodb `Long`",
    make: () => ({ n: Long.fromNumber(5) }),
    becomes: "exact with `MongoDBSaver` or `bsonTypes`; otherwise a plain object",
    check: equals({ n: { high: 0, low: 5, unsigned: false } }),
  },
  {
    name: "mongodb `Decimal128`",
    make: () => ({ n: Decimal128.fromString("1.5") }),
    becomes: "exact with `MongoDBSaver` or `bsonTypes`; otherwise what `toJSON()` returns",
    check: equals({ n: { $numberDecimal: "1.5" } }),
  },
  {
    name: "a pg row",
    make: () => [row()],
    becomes: "exact, except intervals, which become plain objects",
    check: ([found]: [{ t: Date; i: object }]) => {
      equals(Object.prototype)(Object.getPrototypeOf(found.i));
      equals(true)(found.t instanceof Date);
    },
  },
  {
    name: "a pg result",
    make: () => new (pg.Result as unknown as new () => object)(),
    becomes: "a plain object with its own enumerable properties",
    check: (result: { rows: unknown[]; command: unknown }) =>
      equals([[], null])([result.rows, result.command]),
  },
  {
    name: "the result of immer's `produce`",
    make: () =>
      produce(made, (open) => {
        open.a.push(3);
      }),
    becomes: "exact, but not frozen",
  },
  {
    name: "an immer draft",
    make: draft,
    becomes: "the data in it",
    check: equals({ a: [1, { b: 2 }, 3] }),
  },
  {
    name: "a MobX observable",
    make: () => observable({ ...made, m: new Map([["k", 1]]), s: new Set([1]) }),
    becomes: "the data in it",
    check: equals({ ...made, m: new Map([["k", 1]]), s: new Set([1]) }),
  },
  { name: "the result of MobX's `toJS`", make: () => toJS(observable({ a: [1] })), becomes: "exact" },
  {
    name: "a valtio proxy",
    make: () => proxy({ a: [1, { b: 2 }] }),
    becomes: "the data in it",
    check: equals(made),
  },
  {
    name: "a valtio snapshot",
    make: () => snapshot(proxy({ a: [1, { b: 2 }] })),
    becomes: "exact, but not frozen",
    check: equals(made),
  },
  {
    name: "effect `Option`",
    make: () => ({ o: Option.some(1) }),
    becomes: TO_JSON,
    check: equals({ o: { _id: "Option", _tag: "Some", value: 1 } }),
  },
  {
    name: "effect `Result`",
    make: () => Result.succeed(2),
    becomes: TO_JSON,
    check: equals({ _id: "Result", _tag: "Success", value: 2 }),
  },
  {
    name: "effect `Data.Class`",
    make: () => new Tagged({ a: 1 }),
    becomes: "a plain object with its own enumerable properties",
    check: equals({ a: 1 }),
  },
];
