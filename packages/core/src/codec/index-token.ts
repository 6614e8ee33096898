import { hostHash } from "../blobs/hash.ts";
import { CheckpointError } from "../errors.ts";
import { utf8Encode } from "../runtime.ts";
import { Serializer } from "../serializer/index.ts";
import type { FilterTerm, IndexEntry } from "../storage/port.ts";
import { compareText, escapeText } from "./text.ts";

/** Longer tokens are replaced by their hash, so that an index on them stays small. */
const TOKEN_MAX = 96;
const KEY_MAX = 128;

/** What is converted is reported where the metadata itself is encoded. */
const serializer = new Serializer({ onConverted: () => {} });

/**
 * What filters see of metadata: one token for every key. Two values have the same token exactly when
 * a filter takes them for equal: JSON values by content, whatever the order of keys; −0 as 0; every
 * other type by its exact encoding. A key whose value is `undefined` counts as absent.
 */
export function indexOf(metadata: object): IndexEntry[] {
  return Object.entries(metadata)
    .filter(([, value]) => value !== undefined && !isLeftOut(value))
    .map(([key, value]) => ({ key: keyToken(key), token: valueToken(value) }));
}

/**
 * The conditions of a filter. A key whose value is `undefined` asks for metadata without that key:
 * a forgotten user id must not select everybody's checkpoints.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for a value that cannot be in metadata.
 */
export function filterTerms(filter: Record<string, unknown> | undefined): FilterTerm[] {
  return Object.entries(filter ?? {}).map(([key, value]) => {
    try {
      return { key: keyToken(key), token: value === undefined ? undefined : valueToken(value) };
    } catch (cause) {
      throw new CheckpointError(
        "INVALID_ARGUMENT",
        `filter.${key} cannot be compared with metadata: ${(cause as Error).message}`,
        { field: `filter.${key}`, cause },
      );
    }
  });
}

function keyToken(key: string): string {
  const text = escapeText(key);
  return text.length <= KEY_MAX ? text : `#${hostHash(utf8Encode(text))}`;
}

function valueToken(value: unknown): string {
  const text = canonicalText(value);
  return text.length <= TOKEN_MAX ? text : `#${hostHash(utf8Encode(text))}`;
}

function canonicalText(value: unknown, around: readonly unknown[] = []): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value + 0) : `@${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  const circular = around.includes(value);
  const inside = [...around, value];
  if (Array.isArray(value) && !circular) {
    return `[${value.map((item) => canonicalText(isLeftOut(item) ? undefined : item, inside)).join(",")}]`;
  }
  if (isPlainObject(value) && !circular) {
    const keys = Object.keys(value)
      .filter((key) => !isLeftOut(value[key]))
      .sort(compareText);
    const entries = keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], inside)}`);
    return `{${entries.join(",")}}`;
  }
  return `@${hostHash(serializer.encode(value))}`;
}

/** What is not stored of metadata cannot be found in it. */
function isLeftOut(value: unknown): boolean {
  return typeof value === "function" || typeof value === "symbol";
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
