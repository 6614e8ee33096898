import { turn, type Message } from "./conversation.ts";
import type { Saver } from "./contestant.ts";
import { converse } from "./langgraph-chat.ts";

/** Something that applications do, whatever the database. */
export interface Scenario {
  readonly name: string;
  /** Connections that the client may open. */
  readonly connections: number;
  /** Turns of the chat, for the chart of growth. */
  readonly turns: number | undefined;
  /** Done before the clock starts. */
  prepare(saver: Saver): Promise<void>;
  /** @param reopen A saver that remembers nothing, as another process has it. */
  run(saver: Saver, reopen: () => Promise<Saver>): Promise<void>;
}

/** Lengths of the chats. */
export const TURNS: readonly number[] = [50, 200, 1000];

const nothing = async (): Promise<void> => {};

/** All comparisons. */
export const SCENARIOS: readonly Scenario[] = [
  ...TURNS.map(chatOf),
  {
    name: "1000 puts of such a chat, without LangGraph.js",
    connections: 1,
    turns: undefined,
    prepare: nothing,
    run: (saver) => chat(saver, threadOf(0), 1000),
  },
  {
    name: "100 puts, 30 channels of 2 kB, one changes",
    connections: 1,
    turns: undefined,
    prepare: nothing,
    run: (saver) => manyChannels(saver, 100),
  },
  {
    name: "20 puts, a channel of 5 MB that grows",
    connections: 1,
    turns: undefined,
    prepare: nothing,
    run: (saver) => large(saver, 20),
  },
  {
    name: "history of 200 turns, read by a new process",
    connections: 1,
    turns: undefined,
    prepare: (saver) => chat(saver, threadOf(0), 200),
    run: async (_, reopen) => readHistory(await reopen(), threadOf(0), 200),
  },
  {
    name: "64 threads at once, 20 turns each",
    connections: 8,
    turns: undefined,
    prepare: nothing,
    run: async (saver) => {
      await Promise.all(Array.from({ length: 64 }, (_, i) => chat(saver, threadOf(i), 20)));
    },
  },
];

function chatOf(turns: number): Scenario {
  return {
    name: `chat of ${turns} turns`,
    connections: 1,
    turns,
    prepare: nothing,
    async run(saver, reopen) {
      await converse(saver, threadOf(0), turns);
      const tuple = await (await reopen()).getTuple(configOf(threadOf(0)));
      const messages = tuple?.checkpoint.channel_values["messages"] as unknown[] | undefined;
      if (messages?.length !== 2 * turns) throw new Error("the chat was not read back");
    },
  };
}

/** A thread id of the usual length. */
export function threadOf(index: number): string {
  return `6b7f0c1e-93d4-4c55-8a2e-${index.toString(16).padStart(12, "0")}`;
}

/** The config of the newest checkpoint of a thread. */
export function configOf(thread: string) {
  return { configurable: { thread_id: thread, checkpoint_ns: "" } };
}

/** A chat with the full state in every checkpoint, one put a turn. */
export async function chat(saver: Saver, thread: string, turns: number): Promise<void> {
  const messages: Message[] = [];
  for (let step = 1; step <= turns; step++) {
    messages.push(...turn(step));
    await put(saver, { thread, step, values: { messages }, changed: ["messages"] });
  }
}

/** Reads all checkpoints of a thread, and checks that they are there. */
export async function readHistory(saver: Saver, thread: string, turns: number): Promise<void> {
  let count = 0;
  for await (const tuple of saver.list(configOf(thread))) count += tuple.checkpoint ? 1 : 0;
  if (count !== turns) throw new Error(`${count} of ${turns} checkpoints were listed`);
}

async function manyChannels(saver: Saver, puts: number): Promise<void> {
  const values: Record<string, unknown> = {};
  for (let i = 0; i < 30; i++) values[`c${i}`] = text(`${i}`, 2000);
  for (let step = 1; step <= puts; step++) {
    values["c0"] = text(`step ${step}`, 2000);
    const changed = step === 1 ? Object.keys(values) : ["c0"];
    await put(saver, { thread: threadOf(0), step, values, changed });
  }
}

async function large(saver: Saver, puts: number): Promise<void> {
  const rows = Array.from({ length: 5000 }, (_, i) => text(`row ${i}`, 1000));
  for (let step = 1; step <= puts; step++) {
    rows.push(text(`new ${step}`, 1000));
    await put(saver, { thread: threadOf(0), step, values: { rows }, changed: ["rows"] });
  }
}

/** One checkpoint of a thread. */
export interface Put {
  readonly thread: string;
  readonly step: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly changed: readonly string[];
}

/** Stores a checkpoint whose parent is the one of the step before. */
export async function put(saver: Saver, { thread, step, values, changed }: Put): Promise<void> {
  const idOf = (n: number) => n.toString(16).padStart(36, "0");
  const versions = Object.fromEntries(
    Object.keys(values).map((name) => [name, changed.includes(name) ? step : 1]),
  );
  const parent = step === 1 ? {} : { checkpoint_id: idOf(step - 1) };
  await saver.put(
    { configurable: { thread_id: thread, checkpoint_ns: "", ...parent } },
    {
      v: 4,
      id: idOf(step),
      ts: new Date(1_700_000_000_000 + step).toISOString(),
      channel_values: { ...values },
      channel_versions: versions,
      versions_seen: {},
    },
    { source: "loop", step, parents: {} },
    Object.fromEntries(changed.map((name) => [name, step])),
  );
}

/** Text of many different words, which compresses worse than prose does. */
function text(seed: string, length: number): string {
  let state = 2_166_136_261;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619);
  let words = "";
  while (words.length < length) {
    state = Math.imul(state ^ (state >>> 13), 1_540_483_477) + 1;
    words += `${(state >>> 0).toString(36)} `;
  }
  return words.slice(0, length);
}
