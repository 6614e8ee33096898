import { wrongArgument } from "../options.ts";
import type { FilterTerm, IndexEntry } from "../storage/port.ts";
import { canonicalText, isLeftOut, shortText } from "./canonical-text.ts";
import { escapeText } from "./text.ts";

const KEY_MAX = 128;

/**
 * What filters see of metadata: one token for every key, in the order of the keys. A key whose value is `undefined`
 * counts as absent.
 *
 * @throws CheckpointError `NOT_SERIALIZABLE`.
 */
export function indexOf(metadata: object): IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (const name of Object.keys(metadata)) {
    const value: unknown = (metadata as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !isLeftOut(value)) {
      entries.push({ key: keyToken(name), token: canonicalText(value) });
    }
  }
  return inOrder(entries);
}

/** Up to this many entries are moved to their places in less time than `sort` takes to begin. */
const FEW = 16;

function inOrder(entries: IndexEntry[]): IndexEntry[] {
  if (entries.length > FEW) return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (let i = 1; i < entries.length; i++) {
    const entry = entries[i]!;
    let at = i;
    for (; at > 0 && entries[at - 1]!.key > entry.key; at--) entries[at] = entries[at - 1]!;
    entries[at] = entry;
  }
  return entries;
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
      return { key: keyToken(key), token: value === undefined ? undefined : canonicalText(value) };
    } catch (cause) {
      const problem = `cannot be compared with metadata: ${(cause as Error).message}`;
      throw wrongArgument(`filter.${key}`, problem, cause);
    }
  });
}

/** A key of metadata in the form that storages keep. */
export function keyToken(key: string): string {
  return shortText(escapeText(key), KEY_MAX);
}
