import { clauses, type Clause } from "@threadmark/core/conformance";

/** What each group of clauses is about. */
const GROUPS: Readonly<Record<string, string>> = {
  config: "Configs",
  put: "put",
  "carry-over": "Values that did not change",
  tombstone: "Channels that became empty",
  fork: "Forks",
  writes: "putWrites",
  "pending-order": "The order of pending writes",
  get: "getTuple and get",
  list: "list",
  filter: "Filters",
  isolation: "Threads and namespaces do not mix",
  "hostile-ids": "Ids and names of any kind",
  values: "Values",
  binary: "Bytes",
  refusal: "What cannot be stored",
  serde: "Other serializers",
  aliasing: "The caller's objects",
  concurrency: "Calls at the same time",
  reopen: "Other savers on the same data",
  reentrancy: "Calls within a listing",
  delta: "The history of delta channels",
  "legacy-v3": "Checkpoints from before format 4",
  delete: "deleteThread",
  lifecycle: "Methods that LangGraph.js takes for granted",
  model: "Any sequence of calls",
  opening: "setup and close",
  threads: "listThreads",
  copy: "copyThread",
  prune: "prune",
  runs: "deleteForRuns",
  ttl: "Time to live",
  fence: "The fence",
};

/** `docs/contract.md`: every rule once, with the clause that proves it. */
export function contractPage(): string {
  const groups = new Map<string, Clause[]>();
  for (const clause of clauses) {
    const name = clause.id.slice(0, clause.id.indexOf("/"));
    groups.set(name, [...(groups.get(name) ?? []), clause]);
  }
  const sections = [...groups].map(([name, members]) => {
    const rules = members.map(({ rule, id }) => `- ${rule} — \`${id}\``);
    return `## ${titleOf(name)}\n\n${rules.join("\n")}\n`;
  });
  return `# The contract

What a checkpoint saver must do under LangGraph.js: every rule once, with the id of the clause of the conformance
suite that proves it. Rules about methods that LangGraph.js itself does not call (\`listThreads\`, \`copyThread\`,
\`prune\`, \`deleteForRuns\`, time to live, fence) hold for savers that have them.

To run the suite on a saver, see [\`@threadmark/core\`](../packages/core/README.md#the-suite). This page is made from
the suite by \`npm run docs\`.

${sections.join("\n")}`;
}

function titleOf(group: string): string {
  const title = GROUPS[group];
  if (title === undefined) throw new Error(`the group of clauses "${group}" has no title in tooling/peers`);
  return title;
}
