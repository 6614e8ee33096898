import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { MESSAGE_LENGTH, turn, type Message } from "./conversation.ts";
import { MeasuredStorage } from "./measured-storage.ts";
import { markdownTable } from "./table.ts";

/** What one chat of a number of turns costs. */
export interface Growth {
  readonly turns: number;
  /** Milliseconds for all puts together. */
  readonly milliseconds: number;
  /** Bytes stored in total. */
  readonly bytes: number;
  /** Bytes of the text of the conversation itself. */
  readonly conversation: number;
  /** Bytes handed to the storage by one of the last puts, where that is known. */
  readonly lastPut: number | undefined;
}

type Put = OfficialMemorySaver["put"];

/** Plays a chat with the full state in every checkpoint, as LangGraph.js does. */
async function chat(put: Put, turns: number): Promise<number> {
  const messages: Message[] = [];
  let parent: string | undefined;
  const start = performance.now();
  for (let step = 0; step < turns; step++) {
    messages.push(...turn(step));
    const id = step.toString(16).padStart(36, "0");
    const versions = { messages: step + 1 };
    await put(
      { configurable: { thread_id: "chat", checkpoint_ns: "", ...(parent && { checkpoint_id: parent }) } },
      {
        v: 4,
        id,
        ts: new Date(1_700_000_000_000 + step).toISOString(),
        channel_values: { messages },
        channel_versions: versions,
        versions_seen: { model: { messages: step } },
      },
      { source: "loop", step, parents: {} },
      versions,
    );
    parent = id;
  }
  return performance.now() - start;
}

/** Threadmark's MemorySaver. */
export async function growthOfOurs(turns: number): Promise<Growth> {
  const storage = new MeasuredStorage();
  const saver = new MemorySaver({ storage });
  const milliseconds = await chat(saver.put.bind(saver), turns);
  const last = storage.puts.slice(-20);
  return {
    turns,
    milliseconds,
    bytes: storage.total,
    conversation: turns * 2 * MESSAGE_LENGTH,
    lastPut: last.reduce((sum, size) => sum + size, 0) / last.length,
  };
}

/** LangGraph.js's own MemorySaver. */
async function growthOfOfficial(turns: number): Promise<Growth> {
  const saver = new OfficialMemorySaver();
  const milliseconds = await chat(saver.put.bind(saver), turns);
  const stored = Object.values(saver.storage["chat"]?.[""] ?? {});
  const bytes = stored.reduce((sum, [checkpoint, metadata]) => sum + checkpoint.length + metadata.length, 0);
  return { turns, milliseconds, bytes, conversation: turns * 2 * MESSAGE_LENGTH, lastPut: undefined };
}

/** A row of the table. */
function row(name: string, growth: Growth): string[] {
  const { turns, milliseconds, bytes, conversation, lastPut } = growth;
  return [
    name,
    String(turns),
    `${(milliseconds / 1000).toFixed(2)} s`,
    `${(bytes / 1e6).toFixed(2)} MB`,
    `${(bytes / conversation).toFixed(1)} ×`,
    lastPut === undefined ? "–" : `${(lastPut / 1000).toFixed(1)} kB`,
  ];
}

/** Runs both savers and prints a table. `--official-max N` bounds the turns of the slow one. */
export async function runGrowth(turns: readonly number[], officialMax: number): Promise<string> {
  const rows: string[][] = [];
  for (const count of turns) {
    process.stderr.write(`growth: ${count} turns\n`);
    rows.push(row("@threadmark/memory", await growthOfOurs(count)));
    if (count <= officialMax) rows.push(row("LangGraph.js MemorySaver", await growthOfOfficial(count)));
  }
  return markdownTable(
    ["saver", "turns", "time of all puts", "stored", "stored / text", "bytes of a late put"],
    rows,
  );
}
