import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { groups } from "../kinds.ts";
import { pageOf } from "../page.ts";
import { store } from "../store.ts";

const kinds = groups.flatMap((group) => group.kinds);

describe("every kind of value in a state", () => {
  it.each(kinds)("is stored, and comes back as the page says: $name", async (kind) => {
    const { reports, refused } = await store(kind);
    const isExact = /^exact(?!.*(?:;|except))/.test(kind.becomes);
    expect({ isExact, refused }).not.toEqual({ isExact: true, refused: true });
    // What is refused is reported where it is not, and nothing else is.
    expect(reports.length > 0).toBe(refused);
    for (const { path, message } of reports) expect(message).toContain(`${path} is `);
  });

  it("is on the page as it is", async () => {
    const page = await readFile(new URL("../../../docs/values.md", import.meta.url), "utf8");
    const findings = await Promise.all(kinds.map(store));
    expect(page, "run `npm run docs`").toBe(pageOf(groups, findings));
  });
});
