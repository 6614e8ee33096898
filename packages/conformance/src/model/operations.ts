import type { ChannelVersions } from "@threadmark/core";

/** What a random sequence is made of. Threads are numbers, so that a sequence can be run again. */
export type Operation =
  | PutOperation
  | WriteOperation
  | GetOperation
  | ListOperation
  | { readonly kind: "delete"; readonly thread: number }
  | { readonly kind: "copy"; readonly thread: number; readonly to: number }
  | { readonly kind: "prune"; readonly thread: number; readonly keepLatest: number };

export interface PutOperation {
  readonly kind: "put";
  readonly thread: number;
  readonly namespace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly values: Record<string, unknown>;
  readonly versions: ChannelVersions;
  readonly newVersions: ChannelVersions;
  readonly metadata: Record<string, unknown>;
}

export interface WriteOperation {
  readonly kind: "write";
  readonly thread: number;
  readonly namespace: string;
  readonly id: string;
  readonly task: string;
  readonly path: string | undefined;
  readonly writes: readonly (readonly [channel: string, value: unknown])[];
}

export interface GetOperation {
  readonly kind: "get";
  readonly thread: number;
  readonly namespace: string;
  readonly id: string | undefined;
}

export interface ListOperation {
  readonly kind: "list";
  readonly thread: number | undefined;
  readonly namespace: string | undefined;
  readonly id: string | undefined;
  readonly before: string | undefined;
  readonly limit: number | undefined;
  readonly filter: Record<string, unknown> | undefined;
}

/** Endings of thread ids: prefixes of each other, patterns and look-alikes. */
export const THREADS: readonly string[] = ["a", "a:b", "a:b:c", "A", "a%", "*"];
export const NAMESPACES: readonly string[] = ["", "a", "a:b", "a|b:1", "_"];
export const TASKS_OF_MODEL: readonly string[] = ["t", "t1", "t,1", "\ufffd", "\u{1f600}"];
export const PATHS: readonly (string | undefined)[] = [undefined, "~b", "~a", "~a, 0000000010"];
