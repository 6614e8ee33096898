import { readFile } from "node:fs/promises";
import { clauses, levelOf } from "@threadmark/conformance";
import { expect, it } from "vitest";
import { explain, textOf } from "../../../packages/cli/src/conformance/explain.ts";
import { clausesPage } from "../clauses-page.ts";

it("docs/clauses.md is the index of the clauses of today", async () => {
  const page = await readFile(new URL("../../../docs/clauses.md", import.meta.url), "utf8");
  expect(page, "write it again: pnpm --filter @threadmark/peers generate none").toBe(clausesPage());
});

it("threadmark conformance explain says the same", () => {
  for (const { id, rule, reason, hint } of clauses) {
    const text = textOf(explain(id));
    for (const part of [id, rule, reason, hint, levelOf(id)]) expect(text).toContain(part);
  }
});
