import type { Machine } from "../machine.ts";
import type { TableId } from "../scenario.ts";

export const HEADINGS: Readonly<Record<TableId, string>> = {
  main: "Everyday use",
  "at-once": "One thread, or many at once",
  long: "Long threads and large values",
  calls: "Single calls",
};

export const REMARKS: Readonly<Record<string, string>> = {
  postgres: `Round trips and bytes are counted at the sockets of \`pg\`. _disk_ is the size of the tables with their
indexes, and _WAL_ what the server wrote to its log. Processor time of the server is that of all its processes, as its
kernel counts it. The server started for this keeps its data in memory: on a disk, every commit of either saver also takes
the time of one write to that disk.`,
  mongodb: `Both savers use the same driver, version 6. Commands are counted as the driver sends them, and bytes at its sockets.
_data_ is the size of the documents, and _disk_ what the server has allocated for collections and indexes after one of its
own checkpoints. Our saver waits until a write is in the journal; the other one does not.`,
  redis: `Commands are those that the client sends; bytes are counted at its sockets. _server memory_ is \`MEMORY USAGE\` of all
keys. _one key per checkpoint_ is what you would write by hand: \`SET\` of the whole checkpoint, and a sorted set of ids. It
checks nothing and cannot remove a thread. LangGraph.js's own \`RedisSaver\` is not in the tables: it needs the modules
RedisJSON and RediSearch, which this server does not have.`,
  memory: `_kept in the heap_ is how much the heap has grown, after garbage collection. The SQLite saver also keeps its data in
memory, but in Node's built-in SQLite, outside the heap. In scenarios where a new process reads a history, here a new
saver reads the same data.`,
  workflow: `The same chat, as a function with one task: in \`@threadmark/workflow\` on \`@threadmark/memory\`, and in LangGraph.js on
its own \`MemorySaver\`.`,
};

export const METHOD = `## How this is measured

- Every saver runs in its own process and starts with nothing stored. Each scenario is warmed up, so that V8
  has compiled what it calls: for a second or twenty runs, and where there is no server, for two seconds or forty runs.
  It is then run several times, alternating: ours, the other, ours, the other; if a run is short, as often as a second
  allows, up to 15 times. Each run uses new threads. Preparation is not counted. V8 decides when to collect garbage.
  The heap is measured in further runs, which do not count for the times, with a collection before and after each.
- _CPU_ is processor time: of the client's process with all its threads, and of the server, which is read
  before and after each run. It is the main figure because other programs on the machine affect it least. Each run of
  the other saver is compared with the run of ours just before it; the table shows the median, the lowest and the
  highest of these ratios. _time_ is wall time, and depends on whatever else the machine does.
- A ratio is what the other saver needs, divided by what ours needs: at 2 ×, ours needs half. ▼ marks where ours needs
  more.
- \`StateGraph\` is a graph of one node and no model, whose state is the messages; _functional API_ is a function with one
  task. Both are invoked once per turn with a question of 500 characters, and answer with 500. Their figures include
  LangGraph.js's own work, the same for both savers. _calls alone_ are the calls that LangGraph.js makes for such a turn
  (\`getTuple\`, three \`put\`, two \`putWrites\`), without it. The text compresses about as well as English, and no two
  messages are alike.
- _1 ms of network_ is a proxy between client and server that delays every packet by a millisecond, in both directions.
- Pools have 8 connections where threads run at once, otherwise one. _peak memory_ is the most that the client's process
  held, including prepared data and what earlier runs left. Stored bytes are those of the last run. _load_ is the load
  average over the minute before: if it exceeds the number of processors, the machine was busy with other work.
`;

/** Where and how a table was measured. */
export function provenance({
  date,
  commit,
  command,
  processor,
  node,
  server,
  versions,
  load,
}: Machine): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [server, `Node ${node}`, ...packages].filter((part) => part !== undefined);
  return `\`${command}\`, ${date} UTC, commit ${commit}, ${processor}, load ${load.toFixed(1)}; ${parts.join(", ")}.`;
}
