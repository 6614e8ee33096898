import { AIMessage, HumanMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";
import { RandomValues, randomNumbers } from "../serializer/random-values.ts";
import { type Followed, follow } from "./follow.ts";

type Random = () => number;
type Fields = Record<string, unknown>;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)]!;
}

/** All objects of a value whose parts can change, but for the namespaces of messages, which nobody changes. */
function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  if (ArrayBuffer.isView(value)) return found;
  found.add(value);
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : [];
  for (const part of parts) objectsIn(part, found);
  for (const [key, part] of Object.entries(value)) if (key !== "lc_namespace") objectsIn(part, found);
  return found;
}

/** One of the properties that an object has, or a new one. */
function keyOf(random: Random, target: object): string {
  const keys = Object.keys(target).filter((key) => !key.startsWith("lc_"));
  return random() < 0.2 || keys.length === 0 ? `k${below(random, 4)}` : pick(random, keys);
}

/** Another value of the same kind, if it is a primitive: the smallest change there is. */
function nudged(value: unknown): unknown {
  if (typeof value === "string") return value.length > 0 ? `${value.slice(1)}x` : "x";
  if (typeof value === "number") return Object.is(value, 0) ? -0 : value + 1;
  return typeof value === "boolean" ? !value : value;
}

const PRIMITIVES = [0, -0, 1.5, Number.NaN, "", "x", "é", "\ud800", true, null, undefined, 7n, 2n ** 70n];

/** Changes one thing anywhere in a value, as a node of a graph may between two puts. */
function change(random: Random, root: object): void {
  const all = [...objectsIn(root)];
  const target = pick(random, all) as Fields;
  const key = keyOf(random, target);
  const dice = below(random, 11);
  if (target instanceof Map) target.set(pick(random, ["a", "b", 1, all[0]]), pick(random, PRIMITIVES));
  else if (target instanceof Set) target.add(pick(random, PRIMITIVES));
  else if (target instanceof Date) target.setTime(below(random, 1e6));
  else if (dice === 0) Reflect.deleteProperty(target, key);
  // Shared, or even circular.
  else if (dice === 1) Reflect.set(target, key, pick(random, all));
  else if (dice === 2) Reflect.set(target, key, new RandomValues(below(random, 1e9), 6).value());
  else if (dice === 3) Reflect.set(target, key, structuredCopy(target[key]));
  else if (dice === 4)
    Reflect.set(target, key, pick(random, [new Date(5), new Map([["a", 1]]), new Set([1]), [], {}]));
  else if (dice === 5) define(target, key, pick(random, PRIMITIVES));
  else if (dice === 6 && Array.isArray(target))
    remove(target, below(random, target.length), below(random, 3));
  else if (dice === 7 && Array.isArray(target)) target.push(...make(random, 2));
  else if (dice === 8 && Array.isArray(target)) target.length += below(random, 2);
  else if (dice === 9) Reflect.set(target, key, nudged(target[key]));
  else Reflect.set(target, key, pick(random, PRIMITIVES));
}

/** Removes items. `splice` asks the array for its constructor, which may be anything here. */
function remove(list: unknown[], at: number, count: number): void {
  for (let i = at; i + count < list.length; i++) list[i] = list[i + count];
  list.length = Math.max(at, list.length - count);
}

/** An equal object that is not the same. */
function structuredCopy(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

function define(target: object, key: string, value: unknown): void {
  if (Array.isArray(target)) return;
  Object.defineProperty(target, key, { get: () => value, enumerable: true, configurable: true });
}

/** Items as they are in states: messages, records, now and then something else. */
function make(random: Random, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `${i}-${below(random, 1000)}`;
    const dice = below(random, 8);
    if (dice < 2) return new HumanMessage({ id, content: `question ${id}` });
    if (dice < 4) {
      const response_metadata = { model: "m", usage: { input: i, total: i + 2 } };
      const tool_calls =
        dice === 3
          ? [{ name: "search", args: { q: [id, { deep: i }] }, id, type: "tool_call" as const }]
          : [];
      return new AIMessage({ id, content: `answer ${id}`, response_metadata, tool_calls });
    }
    if (dice < 6) return { id, n: i, tags: ["a", id], deep: { x: { y: [i, { z: null }] } } };
    return dice === 6 ? id : new RandomValues(below(random, 1e9), 8).value();
  });
}

const ROOTS: readonly ((list: unknown[]) => object)[] = [
  (list) => list,
  (list) => ({ messages: list }),
  (list) => ({ title: "x", messages: list, notes: [list[0], { a: 1 }], step: 1 }),
  (list) => ({ a: [], b: { deeper: list }, c: [1, 2] }),
  (list) => new Map<unknown, unknown>([["list", list]]),
];

describe("a value that is changed in place between two puts", () => {
  it("is stored as it is, wherever it was changed, and read as it was stored", async () => {
    const total: Followed = { kept: 0, same: 0, rebuilt: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(15), fc.constantFrom(...ROOTS), async (seed, length, rootOf) => {
        const random = randomNumbers(seed);
        const root = rootOf(make(random, length));
        const values = function* () {
          yield root;
          for (let i = 0; i < 12; i++) {
            for (let n = below(random, 3); n > 0; n--) change(random, root);
            yield root;
          }
        };
        const { kept, same, rebuilt } = await follow(values(), 1 + below(random, 100));
        total.kept += kept;
        total.same += same;
        total.rebuilt += rebuilt;
      }),
      rounds(150),
    );
    // Otherwise nothing was tried.
    expect(Math.min(total.kept, total.same, total.rebuilt)).toBeGreaterThan(50);
  });
});
