import { timeIn } from "./statements/sealed-time.ts";

/*
 * Statements return records as JSON arrays: names would double the size of a short one. Each form is defined once,
 * for the statement that makes it and for the code that reads it: the name of each item with its expression in SQL.
 */

/** Items of an array, in order. */
type Form<Name extends string = string> = Readonly<Record<Name, string>>;

/** The values of a form by their names, before their types are checked. */
export type Items<F extends Form> = { readonly [Name in keyof F]: unknown };

const base64 = (column: string): string => `encode(${column}, 'base64')`;

/** A checkpoint without its metadata and refs, from a row that also has a `rank`. */
export const OUTLINE: Form<
  "rank" | "thread" | "namespace" | "id" | "parent" | "parentSeal" | "run" | "header" | "seal"
> = {
  rank: "rank",
  thread: "thread",
  namespace: "namespace",
  id: "id",
  parent: "parent",
  parentSeal: "parent_seal",
  run: "run",
  header: base64("header"),
  seal: "seal",
};

/** A checkpoint. */
export const CHECKPOINT: Form<keyof typeof OUTLINE | "metadata" | "tokens" | "refs"> = {
  ...OUTLINE,
  metadata: base64("metadata"),
  tokens: "tokens",
  refs: base64("refs"),
};

/** A write. */
export const WRITE: Form<"task" | "path" | "idx" | "channel" | "value" | "refs" | "seal"> = {
  task: "task",
  path: "path",
  idx: "idx",
  channel: "channel",
  value: base64("value"),
  refs: base64("refs"),
  seal: "seal",
};

/** A thread, from a row that also has what belongs to its newest checkpoint. */
export const THREAD: Form<
  | "thread"
  | "created"
  | "updated"
  | "expires"
  | "entries"
  | "claim"
  | "until"
  | "head"
  | "headParent"
  | "headSeal"
  | "pending"
> = {
  thread: "thread",
  created: timeIn("created"),
  updated: timeIn("updated"),
  expires: timeIn("expires"),
  entries: "entries",
  claim: "claim",
  until: timeIn("claim_until"),
  head: "head",
  headParent: "head_parent",
  headSeal: "head_seal",
  pending: "pending",
};

/** The SQL that makes such an array. */
export function jsonSql(form: Form): string {
  return `json_build_array(${Object.values(form).join(", ")})`;
}

/** The items of such an array by their names. */
export function itemsOf<F extends Form>(form: F, json: readonly unknown[]): Items<F> {
  const items: Record<string, unknown> = {};
  let i = 0;
  for (const name in form) items[name] = json[i++];
  return items as Items<F>;
}
