import { comparePositions, type CheckpointRecord, type WriteRecord } from "@threadmark/core/storage";
import calculateSlot from "cluster-key-slot";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf, Keys } from "../../src/keys.ts";
import { packWrites, unpackWrites } from "../../src/packed-writes.ts";
import { placeOf, readPlace } from "../../src/place.ts";
import { decodeOutline, decodeRecord, encodeRecord } from "../../src/record.ts";

/** What a storage gets: well-formed text without NUL, of any kind. */
const text = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .map((any) => any.replaceAll("\0", "").toWellFormed());
const awkward = fc.oneof(
  text,
  fc.constantFrom(
    "",
    "{",
    "}",
    "{}",
    "{a}",
    "a}{b",
    "*",
    ":",
    "a:b",
    "t:a",
    "threads",
    "\u0001",
    "\uffff",
    "\u{10ffff}",
  ),
);
const refs = fc.array(
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString("hex")),
);
const bytes = fc.uint8Array({ maxLength: 20 });
const seal = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("keys", () => {
  const keys = new Keys("app");

  it("of different threads, and of different kinds, are never the same", () => {
    fc.assert(
      fc.property(fc.uniqueArray(awkward, { minLength: 2, maxLength: 20 }), (threads) => {
        const own = threads.flatMap((thread) => keys.thread(thread));
        const indexes = new Set(threads.flatMap((thread) => keys.threadAndIndexes(thread).slice(5)));
        expect(new Set([...own, ...indexes]).size).toBe(own.length + indexes.size);
      }),
      { numRuns: 500 },
    );
  });

  it("begin with the prefix, and those of a thread are all in one slot", () => {
    fc.assert(
      fc.property(awkward, (thread) => {
        const all = [...keys.threadAndIndexes(thread), ...keys.staged(thread, "copy")];
        expect(all.filter((key) => !key.startsWith("app{"))).toEqual([]);
        expect(new Set(all.map((key) => calculateSlot(key))).size).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it("lie at even distances over all slots", () => {
    const slots = Array.from({ length: BUCKETS }, (_, bucket) => calculateSlot(keys.threads(bucket)));
    expect(slots.map((slot) => Math.floor(slot / 64))).toEqual(Array.from({ length: BUCKETS }, (_, i) => i));
  });

  it("are what is stored already: a change of these would lose every thread", () => {
    expect(new Keys("threadmark").threadAndIndexes("user 1")).toEqual([
      "threadmark{7}:t:user 1",
      "threadmark{7}:c:user 1",
      "threadmark{7}:o:user 1",
      "threadmark{7}:w:user 1",
      "threadmark{7}:b:user 1",
      "threadmark{7}:expiry",
      "threadmark{7}:threads",
      "threadmark{7}:entries",
      "threadmark{7}:runs",
    ]);
    expect(bucketOf("{user 1}:2")).toBe(bucketOf("user 1"));
  });
});

describe("places", () => {
  const place = fc.record({ namespace: awkward, id: awkward.filter((id) => id !== "") });

  it("sort by bytes as checkpoints do in a listing, the other way round", () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const inThread = Math.sign(comparePositions({ ...a, thread: "" }, { ...b, thread: "" }));
        expect(Buffer.compare(placeOf(b), placeOf(a))).toBe(inThread);
      }),
      { numRuns: 2000 },
    );
  });

  it("can be read back, with what stands behind them", () => {
    fc.assert(
      fc.property(place, awkward, (key, task) => {
        const { rest, ...read } = readPlace(Buffer.concat([placeOf(key), Buffer.from(task)]));
        expect(read).toEqual(key);
        expect(rest.toString()).toBe(task);
      }),
      { numRuns: 500 },
    );
  });

  it("never begin with another one, so that the writes of one are not among those of another", () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const isBeginning = placeOf(b).subarray(0, placeOf(a).length).equals(placeOf(a));
        expect(isBeginning).toBe(a.id === b.id && a.namespace === b.namespace);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("records", () => {
  const record: fc.Arbitrary<CheckpointRecord> = fc.record({
    namespace: awkward,
    id: awkward.filter((id) => id !== ""),
    parent: fc.option(awkward, { nil: undefined }),
    run: fc.option(awkward, { nil: undefined }),
    header: bytes,
    metadata: bytes,
    index: fc.array(fc.record({ key: awkward, token: awkward }), { maxLength: 4 }),
    refs,
    seal,
    parentSeal: seal,
  });

  it("read back as they were, and so do their outlines", () => {
    fc.assert(
      fc.property(record, (given) => {
        const [place, stored] = [placeOf(given), encodeRecord(given)];
        expect(decodeRecord(place, stored)).toEqual(given);
        const { namespace, id, parent, parentSeal, run, header, seal: own } = given;
        const outline = { namespace, id, parent, parentSeal, run, header, seal: own };
        expect(decodeOutline(place, stored)).toEqual(outline);
      }),
      { numRuns: 500 },
    );
  });
});

describe("packed writes", () => {
  const write: fc.Arbitrary<WriteRecord> = fc.record({
    task: fc.constant("task"),
    path: awkward,
    idx: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    channel: awkward,
    value: bytes,
    refs,
    seal,
  });

  it("read back as they were", () => {
    fc.assert(
      fc.property(fc.array(write), (writes) => {
        expect(unpackWrites("task", packWrites(writes))).toEqual(writes);
      }),
      { numRuns: 500 },
    );
  });
});
