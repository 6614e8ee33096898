import type { Clause } from "../clause.ts";
import { filterClause } from "../filter-clause.ts";

const WHOLE_VALUE_HINT = "Compare whole values for equality, not containment (as @> does) and not as text.";
export const filterClauses: readonly Clause[] = [
  filterClause(
    "by-source-and-step",
    "A filter selects by metadata equality, for example by source and step.",
    "Compare every key of the filter with the metadata.",
    () => ({
      metadata: {
        a: { source: "input", step: -1 },
        b: { source: "loop", step: 0 },
        c: { source: "loop", step: 1 },
      },
      finds: [
        [{ source: "loop" }, ["b", "c"]],
        [{ step: -1 }, ["a"]],
        [{ source: "update" }, []],
      ],
    }),
  ),
  filterClause(
    "every-key-must-match",
    "A checkpoint matches when every key of the filter does; an empty filter matches all.",
    "Join conditions by AND.",
    () => ({
      metadata: {
        a: { source: "loop", step: 1 },
        b: { source: "loop", step: 2 },
        c: { source: "input", step: 1 },
      },
      finds: [
        [{ source: "loop", step: 1 }, ["a"]],
        [{ source: "input", step: 2 }, []],
        [{}, ["a", "b", "c"]],
      ],
    }),
  ),
  filterClause(
    "keys-of-the-application",
    "A filter may use any metadata key, not only LangGraph's own.",
    "Make all metadata available to filters; a fixed list of indexed fields is not enough.",
    () => ({
      metadata: { a: { user: "u1" }, b: { user: "u2" }, c: {} },
      finds: [
        [{ user: "u1" }, ["a"]],
        [{ nobody: "u1" }, []],
      ],
    }),
  ),
  filterClause(
    "strings-match-exactly",
    "Strings match exactly: case, spaces, quotes, wildcards and non-ASCII characters included.",
    "Bind values as parameters and compare bytes.",
    () => ({
      metadata: {
        a: { x: "Ab" },
        b: { x: "ab" },
        c: { x: "a%" },
        d: { x: "a'b\"c\\" },
        e: { x: "é" },
        f: { x: "e\u0301" },
        g: { x: "" },
        h: { x: "ab " },
      },
      finds: [
        [{ x: "ab" }, ["b"]],
        [{ x: "a%" }, ["c"]],
        [{ x: "a'b\"c\\" }, ["d"]],
        [{ x: "é" }, ["e"]],
        [{ x: "" }, ["g"]],
        [{ x: "ab " }, ["h"]],
      ],
    }),
  ),
  filterClause(
    "numbers-match-by-value",
    "Numbers match by value, including fractions and large ones.",
    "Compare numbers as numbers.",
    () => ({
      metadata: {
        a: { x: 1 },
        b: { x: 1.5 },
        c: { x: -1 },
        d: { x: 9_007_199_254_740_991 },
        e: { x: 9_007_199_254_740_990 },
        f: { x: 0 },
      },
      finds: [
        [{ x: 1 }, ["a"]],
        [{ x: 1.5 }, ["b"]],
        [{ x: 9_007_199_254_740_991 }, ["d"]],
        [{ x: 0 }, ["f"]],
      ],
    }),
  ),
  filterClause(
    "booleans-match",
    "`true` and `false` match themselves and nothing else.",
    "Do not skip boolean values, and do not turn them into numbers.",
    () => ({
      metadata: { a: { x: true }, b: { x: false }, c: { x: 1 }, d: { x: 0 }, e: {} },
      finds: [
        [{ x: true }, ["a"]],
        [{ x: false }, ["b"]],
      ],
    }),
  ),
  filterClause(
    "null-is-not-missing",
    "`null` in a filter matches metadata where the key is `null`, not where it is missing.",
    "Check that the key exists as well; most databases treat null as absent.",
    () => ({
      metadata: { a: { x: null }, b: {}, c: { x: "null" } },
      finds: [[{ x: null }, ["a"]]],
    }),
  ),
  filterClause(
    "undefined-means-the-key-is-missing",
    "`undefined` in a filter matches metadata that does not have the key.",
    "Do not drop keys whose value is undefined: the filter would match everything.",
    () => ({
      metadata: { a: { x: null }, b: {}, c: { x: 1 } },
      finds: [
        [{ x: undefined }, ["b"]],
        [{ x: undefined, source: "loop" }, ["b"]],
        [{ x: undefined, source: "input" }, []],
      ],
    }),
  ),
  filterClause(
    "types-are-not-mixed",
    'Values of different types never match: `1` is not `"1"`, `true` not `"true"`, `null` not `"null"`.',
    "Compare type and value. Text comparison loses the type.",
    () => ({
      metadata: {
        a: { x: 1 },
        b: { x: "1" },
        c: { x: true },
        d: { x: "true" },
        e: { x: "null" },
        f: { x: null },
        g: { x: ["1"] },
        h: { x: "[1]" },
        i: { x: [1] },
      },
      finds: [
        [{ x: 1 }, ["a"]],
        [{ x: "1" }, ["b"]],
        [{ x: "true" }, ["d"]],
        [{ x: "null" }, ["e"]],
        [{ x: "[1]" }, ["h"]],
      ],
    }),
  ),
  filterClause(
    "objects-match-in-any-key-order",
    "Objects match by content at any depth, whatever the order of their keys.",
    "Compare deeply, or compare a canonical form with sorted keys; === never matches.",
    () => ({
      metadata: {
        a: { x: { p: 1, q: { r: [1, 2], s: null } } },
        b: { x: { p: 1, q: { r: [2, 1], s: null } } },
      },
      finds: [
        [{ x: { q: { s: null, r: [1, 2] }, p: 1 } }, ["a"]],
        [{ x: { p: 2, q: { r: [1, 2], s: null } } }, []],
      ],
    }),
  ),
  filterClause(
    "objects-are-not-contained",
    "An object matches only an object with the same keys; a subset does not match.",
    WHOLE_VALUE_HINT,
    () => ({
      metadata: { a: { x: { p: 1, q: 2 } }, b: { x: { p: 1 } }, c: { x: {} } },
      finds: [
        [{ x: { p: 1 } }, ["b"]],
        [{ x: {} }, ["c"]],
      ],
    }),
  ),
  filterClause(
    "arrays-match-in-order-and-length",
    "An array matches only an array with the same items in the same order; a single item does not match.",
    WHOLE_VALUE_HINT,
    () => ({
      metadata: {
        a: { x: ["p", "q"] },
        b: { x: ["q", "p"] },
        c: { x: ["p"] },
        d: { x: "p" },
        e: { x: [] },
        f: { x: {} },
      },
      finds: [
        [{ x: ["p", "q"] }, ["a"]],
        [{ x: ["p"] }, ["c"]],
        [{ x: "p" }, ["d"]],
        [{ x: [] }, ["e"]],
      ],
    }),
  ),
  filterClause(
    "an-operator-is-a-value",
    'An object that looks like an operator, such as `{ $gt: "" }`, is a value like any other: it selects only metadata that equals it.',
    "Compare with equality only; never hand a user's object to the database as a condition.",
    () => ({
      metadata: { a: { x: { $gt: 0 } }, b: { x: 5 }, c: { x: "text" }, d: {} },
      finds: [
        [{ x: { $gt: 1 } }, []],
        [{ x: { $gt: "" } }, []],
        [{ x: { $exists: true } }, []],
        [{ x: { $ne: 5 } }, []],
      ],
    }),
  ),
];
