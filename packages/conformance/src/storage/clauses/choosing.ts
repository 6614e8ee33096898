import { ensure, expectSame } from "../../assertions.ts";
import { storageClause, type StorageClause } from "../clause.ts";
import { putOf, scanOf, storedOf, writesOf } from "../requests.ts";
import { bytes } from "../small-world.ts";

export const choosingClauses: readonly StorageClause[] = [
  storageClause("reading/scan-takes-what-fits-all-conditions", {
    rule: "`scan` yields the checkpoints with the given namespace and id, an id smaller than `before`, and every term of the filter; a term without a token means that the key is absent.",
    hint: "Combine all conditions with AND, and compare `before` with <.",
    async run({ storage }) {
      const index = (n: number) => [
        { key: "even", token: String(n % 2 === 0) },
        ...(n % 3 === 0 ? [{ key: "third", token: "true" }] : []),
      ];
      for (const n of [1, 2, 3, 4, 5, 6]) {
        await storage.put(putOf({ thread: "t", id: String(n), index: index(n) }));
        await storage.put(putOf({ thread: "t", namespace: "inner", id: String(n), index: index(n) }));
      }
      const even = { key: "even", token: "true" };
      const [third, noThird] = [
        { key: "third", token: "true" },
        { key: "third", token: undefined },
      ];
      for (const [what, request, expected] of [
        ["before", { namespace: "", before: "3" }, ["2", "1"]],
        ["before an id that is not stored", { namespace: "", before: "30" }, ["3", "2", "1"]],
        ["one term", { namespace: "", filter: [even] }, ["6", "4", "2"]],
        ["two terms", { namespace: "", filter: [even, third] }, ["6"]],
        ["a missing key", { namespace: "", filter: [even, noThird] }, ["4", "2"]],
        ["an id in every namespace", { id: "4" }, ["4", "4"]],
        ["an id before another", { id: "4", before: "5" }, ["4", "4"]],
        ["an id before itself", { id: "4", before: "4" }, []],
        ["an id with a filter", { id: "4", filter: [third] }, []],
        ["all conditions", { namespace: "inner", before: "5", filter: [even], limit: 1 }, ["4"]],
      ] as const) {
        const found = (await scanOf(storage, "t", request)).map(({ checkpoint }) => checkpoint.id);
        expectSame(found, expected, `A scan with ${what}`);
      }
    },
  }),

  storageClause("reading/ancestors-are-those-of-the-branch", {
    rule: "`ancestors` returns the requested checkpoint and follows its parents, up to `limit` or until one is missing, each with all of its writes.",
    hint: "Walk by parent within one namespace; an unknown id has no ancestors.",
    async run({ storage }) {
      const parents: readonly [string, string | undefined][] = [
        ["1", undefined],
        ["2", "1"],
        ["3", "1"],
        ["4", "2"],
        ["5", "3"],
        ["6", "gone"],
      ];
      for (const [id, parent] of parents) {
        await storage.put(putOf({ thread: "t", id, parent }));
        await storage.putWrites(writesOf("t", id, ["c", "d"]));
        await storage.put(putOf({ thread: "t", namespace: "inner", id, parent }));
      }
      for (const [id, limit, expected] of [
        ["4", 9, ["4", "2", "1"]],
        ["5", 2, ["5", "3"]],
        ["6", 9, ["6"]],
        [undefined, 9, ["6"]],
        ["none", 9, []],
      ] as const) {
        const line = await storage.ancestors({ thread: "t", namespace: "", id, limit });
        const ids = line.map(({ checkpoint }) => checkpoint.id);
        expectSame(ids, expected, `The ancestors of ${id ?? "the newest"}, at most ${limit}`);
        for (const { writes } of line) {
          const channels = new Set(writes.map(({ channel }) => channel));
          expectSame(channels, new Set(["c", "d"]), "The channels of an ancestor's writes");
        }
      }
    },
  }),

  storageClause("write/each-write-by-its-index", {
    rule: "Of several writes with the same task and index, the first is kept if the index is 0 or more, and the last if it is negative; path and channel are those of the write that is kept.",
    hint: "Insert or ignore for the first kind, and insert or replace for the second, row by row.",
    async run({ storage }) {
      await storage.put(putOf({ thread: "t", id: "1" }));
      const batch = (value: string) => {
        const request = writesOf("t", "1", ["c"]);
        const write = {
          task: "task",
          path: `path of ${value}`,
          channel: value,
          value: bytes(value),
          refs: [],
          seal: 0,
        };
        return { ...request, writes: [-1, 0, 2, -4].map((idx) => ({ ...write, idx })) };
      };
      await storage.putWrites(batch("first"));
      await storage.putWrites(batch("second"));
      const [found] = await scanOf(storage, "t");
      const kept = (found?.writes ?? []).map(({ idx, channel, path }) => `${idx}: ${channel}, ${path}`);
      const expected = [
        "-1: second, path of second",
        "-4: second, path of second",
        "0: first, path of first",
        "2: first, path of first",
      ];
      expectSame(kept.toSorted(), expected, "The writes that are kept");
    },
  }),

  storageClause("write/may-be-large", {
    rule: "A checkpoint may have a long header, long metadata and thousands of blobs, and a task thousands of writes.",
    hint: "Send lists as arrays or documents, not as one parameter each, and choose column types without a length.",
    async run({ storage }) {
      const long = (seed: number, length: number): Uint8Array =>
        Uint8Array.from({ length }, (_, index) => (index * seed) % 251);
      const blobs = Array.from({ length: 1500 }, (_, n) => ({
        id: `${n.toString(16).padStart(30, "0")}00`,
        kind: "leaf" as const,
        bytes: long(n + 1, 200),
      }));
      const [header, metadata] = [long(3, 70_000), long(7, 200_000)];
      const refs = blobs.map(({ id }) => id);
      await storage.put(putOf({ thread: "t", id: "1", header, metadata, blobs, refs }));
      const channels = Array.from({ length: 1500 }, (_, n) => `channel ${n}`);
      await storage.putWrites(writesOf("t", "1", channels));
      const found = await storage.get({ thread: "t", namespace: "", id: "1", have: [], ttl: undefined });
      ensure(found !== undefined, "A large checkpoint cannot be read.");
      expectSame(found.checkpoint.header, header, "A long header");
      expectSame(found.checkpoint.metadata, metadata, "long metadata");
      expectSame(found.blobs.length, blobs.length, "The number of blobs");
      expectSame(found.writes.length, channels.length, "The number of writes");
      expectSame(
        (await storedOf(storage, "t", blobs)).length,
        blobs.length,
        "The number of blobs by their ids",
      );
      const stats = await storage.stats("t");
      expectSame(stats?.checkpoints, 1, "The number of checkpoints that stats returns");
      // Compressed, they take less than their length.
      ensure((stats?.bytes ?? 0) > 10_000, `stats says that a large checkpoint has ${stats?.bytes} bytes.`);
    },
  }),
];
