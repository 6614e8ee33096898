import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { examine } from "../examine.ts";
import { official, officialVersion, ours } from "../savers.ts";
import { documentOf } from "../table.ts";

/** What LangGraph.js's MemorySaver does not do, each confirmed by reading it. */
const KNOWN: readonly string[] = [
  "config/returned-by-get-is-minimal",
  "config/returned-configs-are-fresh",
  "put/under-its-own-id-keeps-the-parent",
  "put/is-never-its-own-parent",
  "metadata/values-are-kept-exactly",
  "writes/no-namespace-means-root",
  "writes/names-of-object-members-are-ordinary-channels",
  "get/ids-compare-by-code-point",
  "list/no-namespace-is-all",
  "list/no-thread-is-all-threads",
  "list/limit-and-before-over-all-threads",
  "filter/objects-match-in-any-key-order",
  "filter/objects-are-not-contained",
  "filter/arrays-match-in-order-and-length",
  "filter/names-of-object-members-are-keys",
  "hostile-ids/keys-named-like-object-members",
  "values/special-numbers",
  "values/bigints",
  "values/dates",
  "values/urls",
  "values/errors",
  "values/sparse-arrays",
  "values/shared-references",
  "values/circular-references",
  "values/own-keys-of-any-name",
  "values/look-alikes",
  "messages/sends-and-commands-stay-what-they-are",
  "binary/bytes-stay-bytes",
  "binary/views-keep-their-part",
  "binary/typed-arrays-keep-their-class",
  "binary/buffers-stay-buffers",
  "refusal/put-refuses-what-it-cannot-keep",
  "refusal/put-writes-refuses-what-it-cannot-keep",
  "refusal/deep-values-are-kept-or-refused",
  "serde/type-and-bytes-are-kept",
  "serde/a-failure-writes-nothing",
  "aliasing/ids-are-read-at-the-call",
  "aliasing/bytes-are-copied",
  "concurrency/readers-never-see-half-a-checkpoint",
  "concurrency/deleting-during-puts-leaves-nothing-broken",
  "delta/ends-on-a-cycle",
  "legacy-v3/sends-are-in-order",
  "model/random-sequences-agree-with-the-reference",
];

const reports = [await examine(ours), await examine(official)];

describe("the conformance suite on savers in use", () => {
  it("finds the known defects of LangGraph.js's MemorySaver, and no others", () => {
    const failed = reports[1]?.clauses.filter(({ status }) => status === "failed");
    expect(failed?.map(({ id }) => id)).toEqual(KNOWN);
  });

  it("is what docs/peers.md tells", async () => {
    const document = await readFile(new URL("../../../docs/peers.md", import.meta.url), "utf8");
    expect(document, "run `pnpm --filter @threadmark/peers generate`").toBe(
      documentOf(reports, await officialVersion()),
    );
  });
});
