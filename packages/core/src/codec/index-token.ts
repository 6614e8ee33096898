import { wrongArgument } from "../options.ts";
import type { FilterTerm, IndexEntry } from "../storage/port.ts";
import { canonicalText, isLeftOut, shortText } from "./canonical-text.ts";
import { escapeText } from "./text.ts";

const KEY_MAX = 128;

/**
 * What filters see of metadata: one token for every key. A key whose value is `undefined` counts as absent.
 *
 * @throws CheckpointError `NOT_SERIALIZABLE`.
 */
export function indexOf(metadata: object): IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (const key of Object.keys(metadata)) {
    const value: unknown = (metadata as Readonly<Record<string, unknown>>)[key];
    if (value !== undefined && !isLeftOut(value)) {
      entries.push({ key: keyToken(key), token: canonicalText(value) });
    }
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
