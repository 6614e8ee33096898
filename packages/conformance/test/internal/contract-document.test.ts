import { readFile } from "node:fs/promises";
import { clauses } from "@threadmark/conformance";
import { expect, it } from "vitest";

const document = await readFile(new URL("../../../../docs/contract.md", import.meta.url), "utf8");
const cited = [...document.matchAll(/`([a-z0-9-]+\/[a-z0-9-]+)`/g)].map(([, id = ""]) => id);

it("docs/contract.md cites every clause exactly once, and nothing else", () => {
  expect(cited.toSorted()).toEqual(clauses.map(({ id }) => id).toSorted());
});

it("docs/contract.md says every rule as its clause does", () => {
  const text = document.replaceAll(/\s+/g, " ");
  for (const { id, rule } of clauses) expect(text).toContain(`${rule} \`${id}\``);
});

it("CONTRIBUTING.md names clauses that exist: a name that matches none would run no test, and pass", async () => {
  const text = await readFile(new URL("../../../../CONTRIBUTING.md", import.meta.url), "utf8");
  const groups = new Set(clauses.map(({ id }) => id.split("/")[0]));
  const named = [...text.matchAll(/[a-z0-9-]+\/[a-z0-9-]+/g)]
    .map(([id]) => id)
    .filter((id) => groups.has(id.split("/")[0]));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((id) => !clauses.some((clause) => clause.id === id))).toEqual([]);
});
