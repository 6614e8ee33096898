import { groupOf } from "./group.ts";

/**
 * What a clause is needed for:
 *
 * - `langgraph`: what LangGraph.js 1.x relies on, by the calls that it makes;
 * - `exact`: values come back as they were or are refused, and nothing of the caller's is shared;
 * - `strict`: any id, any filter, listings over all threads, fresh configs;
 * - `legacy`: older releases of LangGraph.js, and checkpoints that they stored;
 * - `extended`: methods and options beyond LangGraph.js's own; they apply where a saver has them.
 */
export type Level = (typeof levels)[number];

/** All levels, the most needed first. */
export const levels = ["langgraph", "exact", "strict", "legacy", "extended"] as const;

/** Groups whose clauses are of one level but for the exceptions below. */
const levelOfGroup: Readonly<Record<string, Level>> = {
  config: "langgraph",
  put: "langgraph",
  metadata: "langgraph",
  "carry-over": "langgraph",
  tombstone: "langgraph",
  fork: "langgraph",
  writes: "langgraph",
  "pending-order": "langgraph",
  get: "langgraph",
  list: "langgraph",
  filter: "langgraph",
  isolation: "langgraph",
  "hostile-ids": "strict",
  values: "exact",
  messages: "langgraph",
  binary: "exact",
  refusal: "exact",
  conversion: "extended",
  serde: "exact",
  aliasing: "exact",
  concurrency: "langgraph",
  reopen: "langgraph",
  reentrancy: "langgraph",
  delta: "langgraph",
  "legacy-v3": "legacy",
  delete: "langgraph",
  lifecycle: "langgraph",
  model: "strict",
  opening: "langgraph",
  threads: "extended",
  "thread-metadata": "extended",
  "delete-threads": "extended",
  copy: "extended",
  prune: "extended",
  "prune-races": "extended",
  runs: "extended",
  ttl: "extended",
  fence: "extended",
  claims: "extended",
  adopt: "extended",
  "keep-latest": "extended",
};

/** What real runs of LangGraph.js 1.x never ask for, in groups that they otherwise need. */
const exceptions: Readonly<Record<string, Level>> = {
  "config/returned-by-put-is-minimal": "strict",
  "config/returned-by-get-is-minimal": "strict",
  "config/returned-by-list-is-minimal": "strict",
  "config/of-the-parent-is-minimal": "strict",
  "config/returned-configs-are-fresh": "strict",
  "config/put-without-a-thread-is-refused": "strict",
  "config/put-writes-without-ids-is-refused": "strict",
  "put/the-time-is-kept-as-written": "exact",
  "put/keeps-fields-that-it-does-not-know": "exact",
  "put/a-second-put-replaces-the-parent": "strict",
  "metadata/values-are-kept-exactly": "exact",
  "metadata/may-be-long": "strict",
  "metadata/writes-is-a-key-like-others": "legacy",
  "messages/sends-and-commands-stay-what-they-are": "exact",
  "put/a-child-may-have-a-smaller-id": "strict",
  "put/any-string-is-an-id": "strict",
  "writes/no-namespace-means-root": "strict",
  "writes/names-of-object-members-are-ordinary-channels": "strict",
  "pending-order/by-code-point": "strict",
  "pending-order/not-by-locale": "strict",
  "get/ids-compare-by-code-point": "strict",
  "list/no-namespace-is-all": "strict",
  "list/no-thread-is-all-threads": "strict",
  "list/limit-and-before-over-all-threads": "strict",
  "list/one-id-in-many-threads": "strict",
  "list/options-work-in-every-scope": "strict",
  "list/one-id-in-two-namespaces": "strict",
  "filter/objects-match-in-any-key-order": "strict",
  "filter/objects-are-not-contained": "strict",
  "filter/arrays-match-in-order-and-length": "strict",
  "filter/names-of-object-members-are-keys": "strict",
  "isolation/an-object-is-no-id": "strict",
  "concurrency/readers-never-see-half-a-checkpoint": "strict",
  "concurrency/deleting-during-puts-leaves-nothing-broken": "strict",
  "delta/ends-on-a-cycle": "strict",
  "lifecycle/to-json-is-the-class-name": "strict",
  "lifecycle/refusals-are-rejections": "strict",
  "config/thread-ts-is-an-old-name-of-the-id": "legacy",
  "put/under-its-own-id-keeps-the-parent": "legacy",
  "put/is-never-its-own-parent": "legacy",
  "opening/setup-may-run-many-times": "extended",
  "opening/close-may-be-called-twice": "extended",
  "opening/a-closed-saver-refuses": "extended",
  "opening/close-waits-for-calls-under-way": "extended",
  "opening/closing-one-saver-leaves-others-open": "extended",
};

/**
 * The level of a clause.
 *
 * @throws Error for a group that has none.
 */
export function levelOf(id: string): Level {
  const level = exceptions[id] ?? levelOfGroup[groupOf(id)];
  if (level === undefined) throw new Error(`The group of the clause ${JSON.stringify(id)} has no level.`);
  return level;
}
