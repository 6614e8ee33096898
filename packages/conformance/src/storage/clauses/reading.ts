import { comparePositions, type WholeStorage, type ScanPosition } from "@threadmark/core/storage";
import { ensure, expectSame } from "../../assertions.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { idsOf, putOf } from "../requests.ts";

/** Their order as bytes is not that of UTF-16, of numbers, or of a dictionary. */
const IDS = ["1", "10", "2", "Z", "a", "\u00e9", "e\u0301", "\uffff", "\u{1f600}"];
const NAMESPACES = ["", "a", "\u{1f600}", "\uffff"];

async function* scanned(storage: WholeStorage, limit: number): AsyncGenerator<ScanPosition> {
  let after: ScanPosition | undefined;
  const all = { thread: "t", namespace: undefined, id: undefined, before: undefined, filter: [], have: [] };
  for (;;) {
    const page = await storage.scan({ ...all, after, limit });
    ensure(
      page.checkpoints.length <= limit,
      `A page of ${limit} has ${page.checkpoints.length} checkpoints.`,
    );
    for (const { thread, checkpoint } of page.checkpoints) {
      after = { thread, namespace: checkpoint.namespace, id: checkpoint.id };
      yield after;
    }
    if (!page.more) return;
  }
}

async function* outlined(storage: WholeStorage, limit: number): AsyncGenerator<ScanPosition> {
  let after: ScanPosition | undefined;
  for (;;) {
    const page = await storage.outline({ thread: "t", after, limit });
    for (const { namespace, id } of page.checkpoints) {
      after = { thread: "t", namespace, id };
      yield after;
    }
    if (!page.more) return;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export const readingClauses: readonly StorageClause[] = [
  storageClause("reading/ids-are-compared-as-bytes", {
    rule: "The newest checkpoint is the one with the greatest id, compared as UTF-8 bytes.",
    hint: "Use a binary collation or column. Do not compare JavaScript strings, which compare as UTF-16.",
    async run({ storage }) {
      for (const id of IDS) await storage.put(putOf({ thread: "t", id }));
      const order = IDS.map((id) => ({ thread: "t", namespace: "", id }))
        .toSorted(comparePositions)
        .map(({ id }) => id);
      expectSame(await idsOf(storage, "t"), order, "The ids, newest first");
      const newest = await storage.get({
        thread: "t",
        namespace: "",
        id: undefined,
        have: [],
        ttl: undefined,
      });
      expectSame(newest?.checkpoint.id, order[0], "The newest checkpoint");
    },
  }),

  storageClause("reading/pages-have-everything-once", {
    rule: "Pages of `scan` and `outline`, each starting after the end of the previous page, contain everything once and in order.",
    hint: "Request one row more than the limit to learn whether more exist; start after the whole position, not after the id.",
    async run({ storage }) {
      const all: ScanPosition[] = NAMESPACES.flatMap((namespace) =>
        IDS.map((id) => ({ thread: "t", namespace, id })),
      );
      for (const { namespace, id } of all) await storage.put(putOf({ thread: "t", namespace, id }));
      const order = all.toSorted(comparePositions);
      for (const limit of [1, 5, 36, 37]) {
        expectSame(
          await collect(scanned(storage, limit)),
          order,
          `Pages of scan with ${limit} checkpoints each`,
        );
        expectSame(
          await collect(outlined(storage, limit)),
          order,
          `Pages of outline with ${limit} checkpoints each`,
        );
      }
    },
  }),

  storageClause("reading/threads-of-a-run-come-in-pages", {
    rule: "Pages of `runs` name every thread with a checkpoint of one of the runs once, ascending as bytes.",
    hint: "Select distinct threads, in binary order, starting after `after`.",
    async run({ storage }) {
      for (const thread of IDS) {
        await storage.put(putOf({ thread, id: "1", run: "mine" }));
        await storage.put(putOf({ thread, namespace: "inner", id: "2", run: "mine" }));
        await storage.put(putOf({ thread: `inner ${thread}`, namespace: "inner", id: "1", run: "ours" }));
        await storage.put(putOf({ thread: `other ${thread}`, id: "1", run: "other" }));
      }
      const found: string[] = [];
      for (;;) {
        const page = await storage.runs({ runs: ["none", "mine", "ours"], after: found.at(-1), limit: 2 });
        found.push(...page.threads);
        if (!page.more) break;
      }
      const order = [...IDS, ...IDS.map((thread) => `inner ${thread}`)]
        .map((thread) => ({ thread, namespace: "", id: "1" }))
        .toSorted(comparePositions);
      expectSame(
        found,
        order.map(({ thread }) => thread),
        "The threads of a run",
      );
    },
  }),
];
