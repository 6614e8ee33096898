import { groupOf } from "./group.ts";

/** Why the clauses of a group matter, unless a clause has a more specific reason below. */
const reasonOfGroup: Readonly<Record<string, string>> = {
  config:
    "LangGraph keeps functions, the saver itself and run data in `configurable`, and merges every config that a saver returns into its own.",
  put: "LangGraph does not wait for `put` before it continues, may repeat it, and resumes from what was stored last.",
  metadata:
    "LangGraph decides by metadata whether a run is a resume, and applications find their checkpoints by it.",
  "carry-over":
    "A step changes a few channels, and the next one is resumed with all of them: a value that was not carried over is lost without an error.",
  tombstone:
    "Channels for one step only, such as triggers, become empty after it. If the old value comes back, a node runs that should not.",
  fork: "Versions are counted up from the checkpoint that a step started from, so two branches have the same versions for different values. Savers that find values by channel and version mix the branches.",
  writes:
    "Pending writes record what a task has done. After a crash, a task with writes does not run again; a task that lost them does.",
  "pending-order":
    "Reducers replay writes in the order in which they come back. In another order, the items of a list change their order.",
  get: "Every run begins with `getTuple`: the thread continues from the checkpoint that it finds.",
  list: "`getStateHistory` uses `list`, and applications use it for undo, branches and audits.",
  filter:
    "A filter often comes from a request. Its result must not depend on the database, and it must never act as a query.",
  isolation:
    "Thread ids separate users: whatever leaks from one thread into another is someone else's conversation.",
  "hostile-ids":
    "Ids come from applications, namespaces and channels from the names of nodes; nothing checks them for characters that are special to a database.",
  values:
    "After a resume the code continues with the values that come back. A value of the wrong type is a bug that appears late.",
  messages: "LangGraph and LangChain test with `instanceof`, and call the methods of messages.",
  binary: "Images, audio and embeddings are bytes; a single changed one makes the whole value unreadable.",
  refusal: "A refused value is noticed in development; a dropped one, when a customer's thread is resumed.",
  conversion:
    "Values that no serializer knows turn up on rare paths: an error object, a tool's artifact. They must not destroy the rest of the state.",
  serde: "Applications use their own serializers to encrypt, to compress, or to keep their own classes.",
  aliasing: "Values are live objects of the running graph, which keeps changing them during `put`.",
  concurrency: "Tasks run in parallel, graphs contain graphs, and a thread may be open in several processes.",
  reopen: "A service has several processes, and the next turn of a conversation may reach another one.",
  reentrancy: "Code that iterates over a history calls the saver for each item.",
  delta:
    "A delta channel is built from the writes since its last value: if one is missing or counted twice, the state changes without an error.",
  "legacy-v3": "Threads that were stored by older releases are still continued after an update.",
  delete:
    "Deletion is how users are forgotten. The next thread with that id, or an audit, finds whatever is left behind.",
  lifecycle: "A saver outlives each call: if one call breaks it, all later ones fail.",
  model: "Real threads combine what the other clauses test one by one.",
  opening: "Processes start and stop during deployments, several at a time, while others keep running.",
  threads: "A list of conversations is the first thing that an application displays.",
  "thread-metadata": "An application needs the owner and title of a thread without reading its state.",
  "delete-threads": "A user's threads are deleted together; a wrong choice deletes those of others.",
  copy: "A copy is used for experiments, support and templates while the original continues.",
  prune: "Histories grow without bound, and are pruned while graphs run on them.",
  "keep-latest": "Pruning with every put needs no scheduled job that someone may forget.",
  runs: "A run that went wrong is undone, and the thread continues from before it.",
  ttl: "A half-expired thread is worse than a complete one or none.",
  fence: "A user who sends twice starts two runs on one thread; without a fence the later put silently wins.",
  claims: "A process that was taken for dead may still be alive, and must not write any longer.",
  adopt: "A service switches to another saver while its users keep chatting.",
};

/** Why a clause matters, where its group does not say it. */
const reasons: Readonly<Record<string, string>> = {
  "config/no-id-means-the-latest":
    "When it begins a run, LangGraph passes the key `checkpoint_id` with the value `undefined`.",
  "config/undefined-parent-means-none":
    "LangGraph follows `parentConfig`; one without an id leads back to the latest checkpoint, and the walk never ends.",
  "config/run-metadata-is-not-checkpoint-metadata":
    "LangGraph compares `metadata.run_id` to decide whether a run is a resume.",
  "put/under-its-own-id-keeps-the-parent":
    'With `durability: "exit"`, releases before 1.4 put the last checkpoint under its own id.',
  "put/is-never-its-own-parent": "A walk along the parents would never end.",
  "put/a-child-may-have-a-smaller-id": "Ids begin with a time, and clocks step back.",
  "put/versions-keep-their-type":
    'LangGraph compares versions with `>`: `10` and `"10"` are compared in different ways.',
  "put/an-empty-state-is-a-state": "LangGraph stores such a checkpoint before the first step.",
  "put/the-time-is-kept-as-written": "Applications compare and show `ts`, and caches use it as a key.",
  "put/keeps-fields-that-it-does-not-know":
    "Another release of LangGraph may need them, and two releases run at once during a deployment.",
  "put/a-second-put-replaces-the-parent":
    "A checkpoint that is put again on another branch belongs to that branch.",
  "metadata/falsy-values-are-values": "Step 0 is a step, and -1 is that of the input.",
  "carry-over/no-new-versions-carries-everything":
    "LangGraph puts forks, copies and empty updates with `newVersions` of `{}`.",
  "carry-over/a-missing-parent-loses-nothing":
    "The thread may have been deleted or pruned while the run was under way.",
  "carry-over/channels-without-a-version-do-no-harm":
    "LangGraph.js puts `__pregel_tasks` this way in every checkpoint.",
  "writes/may-arrive-before-the-checkpoint":
    "LangGraph sends `put` and `putWrites` at once; either may arrive first.",
  "writes/the-first-regular-write-wins": "A task that is run again must not count twice.",
  "writes/the-last-special-write-wins":
    "A task that was interrupted again must wait for the new question and get the newest answer.",
  "writes/mixed-batches-are-decided-write-by-write":
    "`Command({ resume, update })` writes both kinds in one batch; a rule for the whole batch loses the newest human answer.",
  "writes/falsy-values-are-writes": "An interrupt may be answered with no, 0 or nothing.",
  "writes/other-reserved-channels-are-ordinary":
    "A task that wrote `__no_writes__` is done; without this write it runs again.",
  "get/the-latest-is-the-greatest-id": "Puts may arrive in a different order from the steps that made them.",
  "get/a-parent-that-is-not-stored-is-still-named":
    "A walk must end there, and not begin at the latest checkpoint.",
  "list/limit-zero-is-nothing":
    "0 often comes from a calculation, and reading everything instead of nothing is expensive.",
  "list/more-than-a-page":
    "Long threads have thousands of checkpoints; a listing that ends early looks complete.",
  "list/may-be-left-early":
    "`for await … break` is how the first match is found; each must free its connection.",
  "list/before-may-be-a-whole-config": "`getStateHistory` passes on the config that it was given.",
  "filter/an-operator-is-a-value":
    'A request body may hold `{ "$gt": "" }`, and would select everyone\'s checkpoints.',
  "isolation/an-object-is-no-id": "In some databases an object from a request is a query.",
  "isolation/ids-never-run-together": "Joined with a separator, (a, b:c) and (a:b, c) become one key.",
  "refusal/large-values-are-kept":
    "Databases limit rows and documents to 1, 2 or 16 MB, and a state with images is larger.",
  "refusal/deep-values-are-kept-or-refused":
    "A stored value that overflows the stack of every reader makes the thread unreadable for good.",
  "serde/what-cannot-be-read-is-an-error":
    "A channel that is silently empty makes a graph continue with half of its state.",
  "concurrency/put-during-put-writes-keeps-both":
    "LangGraph does not wait for `put` before it sends the writes of the next tasks.",
  "concurrency/readers-never-see-half-a-checkpoint":
    "A second request may begin to read while the first one writes.",
  "reentrancy/puts-during-a-listing": "A listing that continues from an offset skips or repeats checkpoints.",
  "delta/over-many-ancestors":
    "A value is stored only now and then: the walk may be thousands of steps long.",
  "lifecycle/next-version-needs-no-this":
    "LangGraph binds it to whatever it was given as a checkpointer, even `true` or `undefined`.",
  "lifecycle/to-json-is-the-class-name":
    "Savers are part of configs that are traced and logged, and hold connection strings.",
  "opening/close-waits-for-calls-under-way": "Otherwise, a process that is stopped would lose its last step.",
  "threads/the-head-is-the-greatest-id": "A list must show what `getTuple` finds.",
  "copy/an-existing-target-is-refused": "A copy over a live thread would destroy it.",
  "prune/nothing-to-go-by-is-refused": "A forgotten option must not remove the history of every thread.",
  "prune/threads-that-are-not-named-stay": "A mistyped name must not prune everyone's threads.",
  "prune/keeps-what-delta-channels-need":
    "Without its ancestors the value of a delta channel is silently empty.",
};

/**
 * Why a clause matters to those who use a saver.
 *
 * @throws Error for a group without a reason.
 */
export function reasonOf(id: string): string {
  const reason = reasons[id] ?? reasonOfGroup[groupOf(id)];
  if (reason === undefined) throw new Error(`The group of the clause ${JSON.stringify(id)} has no reason.`);
  return reason;
}

/** The ids that have their own reason. */
export const clausesWithReasons: readonly string[] = Object.keys(reasons);

/** Why the clauses of a group matter, all in all. */
export function reasonOfAll(group: string): string {
  return reasonOf(`${group}/`);
}
