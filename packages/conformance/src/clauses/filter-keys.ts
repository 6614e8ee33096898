import type { Clause } from "../clause.ts";
import { filterClause, type Metadata } from "../filter-clause.ts";

const PLAIN_KEY_HINT =
  "Treat the key as one plain name: no JSON path, no operator, nothing pasted into a query.";

export const filterKeyClauses: readonly Clause[] = [
  filterClause(
    "a-dot-in-a-key-is-a-dot",
    "A key with dots or brackets is one key, not a path into nested values.",
    PLAIN_KEY_HINT,
    () => ({
      metadata: { a: { "p.q": 1 }, b: { p: { q: 1 } }, c: { "x[0]": 1 }, d: { x: [1] } },
      finds: [
        [{ "p.q": 1 }, ["a"]],
        [{ "x[0]": 1 }, ["c"]],
      ],
    }),
  ),
  filterClause(
    "a-dollar-in-a-key-is-a-dollar",
    "A key that starts with `$` is a key, not an operator.",
    PLAIN_KEY_HINT,
    () => ({
      metadata: { a: { $or: "x", $where: "1" }, b: { x: 1 } },
      finds: [
        [{ $or: "x" }, ["a"]],
        [{ $where: "1" }, ["a"]],
      ],
    }),
  ),
  filterClause(
    "quotes-in-a-key-are-quotes",
    "A key may have quotes, backslashes, spaces, semicolons and any other character.",
    "Bind keys as parameters, not only values; other savers had injection holes from keys pasted into queries.",
    () => ({
      metadata: {
        a: { "x' OR 1=1 --": 1 },
        b: { 'x") OR true; --': 1 },
        c: { "back\\slash": 1 },
        d: { "sp ace": 1, "": 2, "@{tag:*}": 3 },
        e: { x: 1 },
      },
      finds: [
        [{ "x' OR 1=1 --": 1 }, ["a"]],
        [{ 'x") OR true; --': 1 }, ["b"]],
        [{ "back\\slash": 1 }, ["c"]],
        [{ "sp ace": 1 }, ["d"]],
        [{ "": 2 }, ["d"]],
        [{ "@{tag:*}": 3 }, ["d"]],
      ],
    }),
  ),
  filterClause(
    "names-of-object-members-are-keys",
    "Keys named `constructor` or `__proto__` are looked up as own keys of the metadata.",
    "Use Object.hasOwn, or a Map: every object inherits these names.",
    () => {
      const own: Metadata = { constructor: "own" };
      Object.defineProperty(own, "__proto__", { value: "own", enumerable: true });
      const wanted = JSON.parse('{"__proto__":"own"}') as Metadata;
      return {
        metadata: { a: own, b: { x: 1 } },
        finds: [
          [{ constructor: "own" }, ["a"]],
          [wanted, ["a"]],
          [{ toString: undefined, x: 1 }, ["b"]],
        ],
      };
    },
  ),
];
