import { AIMessage, HumanMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EncodedBefore,
  encodeAfter,
  type RecordedBytes,
  Serializer,
} from "../../src/serializer/index.ts";
import { RandomValues } from "../serializer/random-values.ts";

const serializer = new Serializer();

interface Piece {
  readonly bytes: Uint8Array;
}

/** All pieces of a value: those that it shares with the one before, and its own, cut anywhere. */
function piecesOf(result: RecordedBytes, before: EncodedBefore | undefined, size: number): Piece[] {
  const pieces = before?.pieces.slice(0, result.pieces) ?? [];
  for (let at = 0; at < result.tail.length; at += size) {
    pieces.push({ bytes: result.tail.slice(at, at + size) });
  }
  return pieces;
}

/** Encodes one value after the other, and compares each with what it gives on its own. */
function follow(values: Iterable<unknown>, pieceSize: number): { kept: number } {
  let before: EncodedBefore | undefined;
  let kept = 0;
  for (const value of values) {
    const result = encodeAfter(serializer, value, before);
    const pieces = piecesOf(result, before, pieceSize);
    const bytes = Buffer.concat([result.head, ...pieces.map((piece) => piece.bytes)]);
    expect(Buffer.compare(bytes, serializer.encode(value))).toBe(0);
    expect(result.size).toBe(bytes.length);
    kept += result.pieces;
    before = { recording: result.recording, pieces, size: result.size };
  }
  return { kept };
}

const change = fc.record({
  kind: fc.constantFrom("append", "append", "append", "many", "drop", "replace", "share", "message", "edit"),
  at: fc.nat(),
  seed: fc.integer(),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(list: unknown[], { kind, at, seed }: Change): unknown[] {
  const index = list.length === 0 ? 0 : at % list.length;
  const value = new RandomValues(seed, 1 + (at % 12)).value();
  if (kind === "append" || list.length === 0) return [...list, value];
  if (kind === "many") return [...list, ...Array.from({ length: at % 40 }, (_, i) => ({ id: i, seed }))];
  if (kind === "drop") return list.slice(0, index);
  if (kind === "replace") return list.with(index, value);
  if (kind === "share") return [...list, list[index]];
  if (kind === "message") {
    return [...list, new HumanMessage(`message ${seed}`), new AIMessage({ content: "x", id: `${at}` })];
  }
  const last = list.at(-1);
  if (last instanceof AIMessage)
    return [...list.slice(0, -1), new AIMessage({ content: `x${seed}`, id: "1" })];
  return list;
}

const SHAPES: readonly ((list: unknown[]) => unknown)[] = [
  (list) => list,
  (list) => ({ messages: list }),
  (list) => ({ a: { b: list }, after: "the list", list }),
  (list) => new Map<unknown, unknown>([["list", list]]),
  (list) => new AIMessage({ content: "m", additional_kwargs: { list } }),
  (list) => [[list, list.length], new Uint8Array(list.length % 7)],
];

describe("a value that is encoded after another one", () => {
  it("has the bytes that it has on its own, whatever was changed", () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 2, maxLength: 30 }),
        fc.constantFrom(...SHAPES),
        fc.integer({ min: 1, max: 300 }),
        (changes, shape, pieceSize) => {
          let list: unknown[] = [];
          const values = changes.map((one) => shape((list = apply(list, one))));
          follow(values, pieceSize);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("keeps what it begins with, when it only grew", () => {
    const list = Array.from({ length: 500 }, (_, i) => ({ id: `m${i}`, content: "x".repeat(50) }));
    const grown = [...list, { id: "new", content: "y" }];
    expect(follow([list, grown], 64).kept).toBeGreaterThan(400);
    expect(follow([{ messages: list }, { messages: grown }], 64).kept).toBeGreaterThan(400);
  });

  it("is read once, property by property", () => {
    let reads = 0;
    const item = {
      get value() {
        return ++reads && "same";
      },
    };
    const values = [[item], [item, 1], [item, 2]];
    let before: EncodedBefore | undefined;
    for (const value of values) {
      const result = encodeAfter(serializer, value, before);
      before = { recording: result.recording, pieces: piecesOf(result, before, 10), size: result.size };
    }
    expect(reads).toBe(values.length);
  });

  it("takes bytes of the caller for changed", () => {
    const bytes = new Uint8Array(100);
    const values = function* () {
      for (let i = 0; i < 3; i++) {
        bytes[7] = i;
        yield ["a", bytes, "b"];
      }
    };
    follow(values(), 10);
  });
});
