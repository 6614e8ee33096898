import { randomFrom, seed } from "@threadmark/random-tests";
import type { Document } from "mongodb";

/** The same damage on every day, unless a seed is given. */
const random = randomFrom(process.env["TEST_SEED"] === undefined ? 20_261_127 : seed);

/** Where a value is in a document. */
export type Path = readonly (string | number)[];

export interface Damage {
  readonly what: string;
  readonly damaged: Document;
}

export function pick<T>(from: readonly T[]): T {
  return from[random(from.length)]!;
}

/** The places of all values, lists and objects too. */
export function pathsIn(value: unknown, path: Path = []): Path[] {
  const isParent = typeof value === "object" && value !== null && !(value instanceof Date) && !isBytes(value);
  const inner = isParent
    ? Object.entries(value).flatMap(([key, one]) =>
        pathsIn(one, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : [];
  return path.length > 0 ? [path, ...inner] : inner;
}

/** Of a thread that does not expire, the time of the last write is set by the server in a way that can set no copy. */
export function isUnsealed(doc: Document, [field]: Path): boolean {
  return field === "updated" && doc["expires"] === undefined;
}

/** A document with something else at a place. */
export function damage(doc: Document, path: Path, docs: readonly Document[]): Damage {
  const damaged = structuredCloneOf(doc);
  const parent = at(damaged, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1)!;
  const what = pick(["flip", "flip", "flip", "swap", "type", "nothing"]);
  if (what === "flip") parent[key] = flipped(parent[key]);
  if (what === "swap") parent[key] = at(pick(docs.filter((one) => at(one, path) !== undefined)), path);
  // Indexes of the server refuse a list as a thread's name or time.
  const isIndexed = ["thread", "updated"].includes(String(path[0]));
  if (what === "type")
    parent[key] = pick([null, 7, "text", true, {}, new Date(0), ...(isIndexed ? [] : [[]])]);
  if (what === "nothing") delete parent[key];
  return { what, damaged };
}

/** A value with another bit. */
export function flipped(value: unknown): unknown {
  const bit = 1 << random(7);
  if (typeof value === "number") return value ^ (1 << random(31));
  if (typeof value === "string" && value.length > 0) {
    const place = random(value.length);
    const other = String.fromCodePoint(value.codePointAt(place)! ^ bit || 1);
    return value.slice(0, place) + other + value.slice(place + 1);
  }
  if (value instanceof Date) return new Date(Number(BigInt(value.getTime()) ^ (1n << BigInt(random(52)))));
  if (isBytes(value) && value.buffer.length > 0) {
    const bytes = Buffer.from(value.buffer);
    const place = random(bytes.length);
    bytes[place]! ^= bit;
    return bytes;
  }
  return typeof value === "boolean" ? !value : value;
}

function isBytes(value: unknown): value is { buffer: Uint8Array } {
  return (value as { _bsontype?: string } | null)?._bsontype === "Binary";
}

function at(doc: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    doc,
  );
}

function structuredCloneOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(structuredCloneOf) as T;
  if (typeof value !== "object" || value === null || value instanceof Date || isBytes(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCloneOf(one)])) as T;
}
