import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { clauses, type OpenStore } from "@threadmark/conformance";
import { examine } from "../examine.ts";
import { peers } from "../peers.ts";
import { readReport, type KeptReport } from "../reports.ts";
import { versionOf } from "../run-peer.ts";
import { official, ours } from "../savers.ts";
import { documentOf } from "../table.ts";

/** What LangGraph.js's MemorySaver does not do, each confirmed by reading it. */
const KNOWN: readonly string[] = [
  "config/returned-by-get-is-minimal",
  "config/returned-configs-are-fresh",
  "put/under-its-own-id-keeps-the-parent",
  "put/is-never-its-own-parent",
  "put/keeps-fields-that-it-does-not-know",
  "metadata/values-are-kept-exactly",
  "writes/no-namespace-means-root",
  "writes/names-of-object-members-are-ordinary-channels",
  "get/ids-compare-by-code-point",
  "list/no-namespace-is-all",
  "list/no-thread-is-all-threads",
  "list/limit-and-before-over-all-threads",
  "list/options-work-in-every-scope",
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
  "aliasing/reading-takes-its-arguments-at-the-call",
  "concurrency/readers-never-see-half-a-checkpoint",
  "concurrency/deleting-during-puts-leaves-nothing-broken",
  "delta/ends-on-a-cycle",
  "legacy-v3/sends-are-in-order",
  "model/random-sequences-agree-with-the-reference",
];

const [fresh, ...kept] = await Promise.all([
  Promise.all([examined("threadmark-memory", ours), examined("official-memory", official)]),
  ...peers.map(({ id }) => readReport(id)),
]);

async function examined(id: string, { open }: { open: OpenStore }): Promise<KeptReport> {
  const peer = peers.find((one) => one.id === id)!;
  return examine({ name: peer.name, version: await versionOf(peer), open });
}

const AGAIN = "write it again: pnpm --filter @threadmark/peers generate";

describe("the conformance suite on savers in use", () => {
  it("finds the known defects of LangGraph.js's MemorySaver, and no others", () => {
    const failed = fresh[1].clauses.filter(({ status }) => status === "failed");
    expect(failed.map(({ id }) => id)).toEqual(KNOWN);
  });

  it("gives the reports that are kept, where it needs no server", () => {
    for (const report of fresh)
      expect(
        kept.find(({ name }) => name === report.name),
        AGAIN,
      ).toEqual(report);
  });

  it("gave every report with the clauses of today and the version that is installed", async () => {
    for (const [i, { name, version, clauses: entries }] of kept.entries()) {
      const peer = peers[i]!;
      expect(name).toBe(peer.name);
      expect(
        entries.map(({ id }) => id),
        `${name}: ${AGAIN}`,
      ).toEqual(clauses.map(({ id }) => id));
      expect(version).toBe(peer.install?.[peer.package] ?? (await versionOf(peer)));
    }
  });

  it("finds all levels full in the savers of this repository", () => {
    for (const report of kept.filter(({ version }) => version === "0.0.0")) {
      expect(report.clauses.filter(({ status }) => status === "failed")).toEqual([]);
    }
  });

  it("is what docs/peers.md tells", async () => {
    const document = await readFile(new URL("../../../docs/peers.md", import.meta.url), "utf8");
    expect(document, AGAIN).toBe(documentOf(kept));
  });
});
