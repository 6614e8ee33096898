import { damaged, type ThreadEntry } from "@threadmark/core/storage";
import { decoderOf } from "./decoder.ts";
import type { Doc } from "./driver.ts";
import { A_THREAD, type ThreadDoc } from "./thread.ts";

/** An entry of a thread's own metadata. */
export interface StoredEntry {
  readonly k: string;
  readonly v: string;
  readonly b: Uint8Array;
  readonly s: number;
}

export function storedEntry({ key, token, value, seal }: ThreadEntry): StoredEntry {
  return { k: key, v: token, b: value, s: seal };
}

/** @throws CheckpointError `CORRUPT` */
export function entriesOf({
  thread,
  entries,
  entryCount,
}: Pick<ThreadDoc, "thread" | "entries" | "entryCount">): ThreadEntry[] {
  const decode = decoderOf(thread, A_THREAD);
  const list = decode.list(entries ?? []);
  if (list.length !== decode.number(entryCount ?? 0)) throw damaged(thread, A_THREAD);
  return list.map((entry) => {
    const { k, v, b, s } = decode.object(entry);
    return { key: decode.text(k), token: decode.text(v), value: decode.bytes(b), seal: decode.seal(s) };
  });
}

/** The keys that a thread seems to have, without a check. */
export function entryKeysOf({ entries }: ThreadDoc): string[] {
  return Array.isArray(entries) ? entries.map((entry: Partial<StoredEntry> | null) => entry?.k ?? "") : [];
}

/** The same as a plain update, for entries that exist: if one is missing, it fails. */
export function replacedEntries(set: readonly ThreadEntry[]): {
  readonly filter: Doc;
  readonly set: Doc;
  readonly arrayFilters: readonly Doc[];
} {
  const keys = set.map(({ key }) => key);
  return {
    filter: { $and: keys.map((k) => ({ entries: { $elemMatch: { k } } })) },
    set: Object.fromEntries(set.map((entry, i) => [`entries.$[e${i}]`, storedEntry(entry)])),
    arrayFilters: keys.map((key, i) => ({ [`e${i}.k`]: key })),
  };
}

/** The new values of `entries` and `entryCount`: some are set, some removed, and the others stay. */
export function changedEntries(set: readonly ThreadEntry[], remove: readonly string[] = []): Doc {
  const changed = [...set.map(({ key }) => key), ...remove];
  const others = {
    $filter: {
      input: { $ifNull: ["$entries", []] },
      cond: { $not: [{ $in: ["$$this.k", { $literal: changed }] }] },
    },
  };
  return {
    entries: { $concatArrays: [others, { $literal: set.map(storedEntry) }] },
    entryCount: { $add: [{ $size: others }, set.length] },
  };
}
