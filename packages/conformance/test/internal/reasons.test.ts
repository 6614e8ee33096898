import { clauses } from "@threadmark/conformance";
import { expect, it } from "vitest";
import { clausesWithReasons } from "../../src/reasons.ts";

it("reasons are those of clauses that exist", () => {
  const ids = new Set(clauses.map(({ id }) => id));
  expect(clausesWithReasons.filter((id) => !ids.has(id))).toEqual([]);
});
