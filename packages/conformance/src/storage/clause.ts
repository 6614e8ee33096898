import type { WholeStorage } from "@threadmark/core/storage";

/** One rule of the storage port, and how to find out whether a storage keeps it. */
export interface StorageClause {
  /** `group/what-holds`; stable. */
  readonly id: string;
  /** The id in words. */
  readonly title: string;
  /** The rule, in one or two sentences. */
  readonly rule: string;
  /** What the author of a storage does about a failure. */
  readonly hint: string;
  run(context: StorageContext): Promise<void>;
}

/** What a clause gets: a storage that is empty when the clause begins. */
export interface StorageContext {
  readonly storage: WholeStorage;
  /** Removes everything that is stored. */
  clear(): Promise<void>;
  readonly seed: number;
  readonly sequences: number;
  readonly programs: number;
}

export function storageClause(id: string, text: Omit<StorageClause, "id" | "title">): StorageClause {
  const { rule, hint, run } = text;
  return { id, title: id.replace("/", ": ").replaceAll("-", " "), rule, hint, run };
}
