import { hostHash } from "../blobs/hash.ts";
import { CheckpointError } from "../errors.ts";
import { utf8Encode } from "../runtime.ts";
import { MAX_NESTING, Serializer } from "../serializer/index.ts";
import { compareText } from "./text.ts";

/** Longer texts are replaced by their hash, so that an index on them stays small. */
const TEXT_MAX = 96;

/** Conversions are reported where the metadata itself is encoded. */
const serializer = new Serializer({ onConverted: () => {} });

/**
 * A short text that two values share exactly when a filter treats them as equal: JSON values by content, whatever the
 * order of keys; −0 as 0; every other type, and a value that contains itself, by its exact encoding.
 *
 * The text of an object that occurs several times is made once, and is short however much it contains, so the time
 * grows with the number of objects, not with the number of paths to them.
 *
 * @throws CheckpointError `NOT_SERIALIZABLE`.
 */
export function canonicalText(value: unknown): string {
  return textOfPrimitive(value) ?? new TextMaker().of(value) ?? hashed(serializer.encode(value));
}

/** What is not stored with the metadata cannot be found by a filter. */
export function isLeftOut(value: unknown): boolean {
  return typeof value === "function" || typeof value === "symbol";
}

/** A text, or its hash if it is too long. */
export function shortText(text: string, longest: number): string {
  return text.length <= longest ? text : `#${hostHash(utf8Encode(text))}`;
}

function textOfPrimitive(value: unknown): string | undefined {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value + 0) : `@${value}`;
  return typeof value === "string" ? shortText(JSON.stringify(value), TEXT_MAX) : undefined;
}

class TextMaker {
  /** Objects and their texts; `undefined` while what is in them is being read. */
  readonly #texts = new Map<object, string | undefined>();

  /** `undefined`: it contains itself. */
  of(value: unknown, depth = 0): string | undefined {
    const primitive = textOfPrimitive(value);
    if (primitive !== undefined) return primitive;
    if (typeof value === "object" && value !== null && this.#texts.has(value)) return this.#texts.get(value);
    if (!isContainer(value)) return this.#ofOther(value);
    if (depth >= MAX_NESTING) throw tooDeep();
    this.#texts.set(value, undefined);
    const inside = isList(value) ? this.#ofItems(value, depth) : this.#ofEntries(value, depth);
    if (inside === undefined) return undefined;
    const text = shortText(inside, TEXT_MAX);
    this.#texts.set(value, text);
    return text;
  }

  #ofOther(value: unknown): string {
    const text = hashed(serializer.encode(value));
    if (typeof value === "object" && value !== null) this.#texts.set(value, text);
    return text;
  }

  #ofItems(items: readonly unknown[], depth: number): string | undefined {
    const texts: string[] = [];
    for (let i = 0; i < items.length; i++) {
      const text = this.of(isLeftOut(items[i]) ? undefined : items[i], depth + 1);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return `[${texts.join(",")}]`;
  }

  #ofEntries(record: Readonly<Record<string, unknown>>, depth: number): string | undefined {
    const texts: string[] = [];
    const keys = Object.keys(record).filter((key) => !isLeftOut(record[key]));
    for (const key of keys.sort(compareText)) {
      const text = this.of(record[key], depth + 1);
      if (text === undefined) return undefined;
      texts.push(`${JSON.stringify(key)}:${text}`);
    }
    return `{${texts.join(",")}}`;
  }
}

function hashed(bytes: Uint8Array): string {
  return `@${hostHash(bytes)}`;
}

function tooDeep(): CheckpointError {
  const message = `$ cannot be stored: it is nested deeper than ${MAX_NESTING} levels; store it in a flatter form`;
  return new CheckpointError("NOT_SERIALIZABLE", message, { path: "$" });
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

function isList(value: Container): value is readonly unknown[] {
  return Array.isArray(value);
}

function isContainer(value: unknown): value is Container {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
