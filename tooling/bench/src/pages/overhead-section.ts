import type { OverheadResults } from "../results.ts";
import { markdownTable } from "./markdown.ts";
import { provenance } from "./texts.ts";

/** What the runtimes add to the calls of the saver. */
export function overheadSection({ machine, turns, tasks }: OverheadResults): string {
  return `## What the runtime adds

A chat of 100 turns whose task gets all messages, with the same saver, alternately in one process. Processor time in
milliseconds per turn, the lowest of 40 rounds. "Added" is that time minus the time of the saver's calls, which are
measured separately. Claims, which LangGraph.js does not make, count as added.

${turnsTable(turns)}

Milliseconds per task, by the number of tasks in one run, including the calls of the saver:

${tasksTable(tasks)}

${provenance(machine)}
`;
}

function turnsTable(turns: OverheadResults["turns"]): string {
  const rows = turns.map(({ saver, milliseconds: [calls, ours, theirs] }) => {
    const added = [ours! - calls!, theirs! - calls!] as const;
    return [saver, ...[calls!, ...added].map(milliseconds), (added[0] / added[1]).toFixed(3)];
  });
  const head = ["saver", "calls alone", "added by `@threadmark/workflow`", "added by LangGraph.js", "ratio"];
  return markdownTable(head, rows);
}

function tasksTable(tasks: OverheadResults["tasks"]): string {
  const rows = tasks.map(({ count, milliseconds: times }) => [
    count.toLocaleString("en"),
    ...times.map((time) => (time === null ? "–" : milliseconds(time))),
  ]);
  return markdownTable(["tasks", "`@threadmark/workflow`", "LangGraph.js"], rows);
}

function milliseconds(value: number): string {
  return value.toFixed(3);
}
