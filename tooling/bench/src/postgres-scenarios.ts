import { turn, type Message } from "./conversation.ts";
import type { Saver } from "./postgres-savers.ts";

/** Something that applications do. */
export interface Scenario {
  readonly name: string;
  /** Connections in the pool. */
  readonly connections: number;
  /** Done before the clock starts. */
  readonly prepare?: (saver: Saver) => Promise<void>;
  readonly run: (saver: Saver, open: () => Promise<Saver>) => Promise<void>;
}

/** All comparisons. */
export function SCENARIOS(turns: readonly number[]): Scenario[] {
  return [
    ...turns.map((count) => chatOf(count)),
    {
      name: "100 puts, 30 channels of 2 kB, one changes",
      connections: 1,
      run: (saver) => manyChannels(saver, 100),
    },
    { name: "20 puts, a channel of 5 MB that grows", connections: 1, run: (saver) => large(saver, 20) },
    {
      name: "history of 200 turns, read by a new process",
      connections: 1,
      prepare: (saver) => chat(saver, "t", 200),
      run: async (_, open) => {
        for await (const tuple of (await open()).list({
          configurable: { thread_id: "t", checkpoint_ns: "" },
        })) {
          void tuple;
        }
      },
    },
    {
      name: "64 threads at once, 20 turns each",
      connections: 8,
      run: async (saver) => {
        await Promise.all(Array.from({ length: 64 }, (_, i) => chat(saver, `t${i}`, 20)));
      },
    },
  ];
}

function chatOf(turns: number): Scenario {
  return {
    name: `chat of ${turns} turns`,
    connections: 1,
    run: async (saver, open) => {
      await chat(saver, "t", turns);
      await (await open()).getTuple({ configurable: { thread_id: "t", checkpoint_ns: "" } });
    },
  };
}

async function chat(saver: Saver, thread: string, turns: number): Promise<void> {
  const messages: Message[] = [];
  for (let step = 1; step <= turns; step++) {
    messages.push(...turn(step));
    await put(saver, { thread, step, values: { messages }, changed: ["messages"] });
  }
}

async function manyChannels(saver: Saver, puts: number): Promise<void> {
  const values: Record<string, unknown> = {};
  for (let i = 0; i < 30; i++) values[`c${i}`] = text(`${i}`, 2000);
  for (let step = 1; step <= puts; step++) {
    values["c0"] = text(`step ${step}`, 2000);
    await put(saver, { thread: "t", step, values, changed: step === 1 ? Object.keys(values) : ["c0"] });
  }
}

async function large(saver: Saver, puts: number): Promise<void> {
  const rows = Array.from({ length: 5000 }, (_, i) => text(`row ${i}`, 1000));
  for (let step = 1; step <= puts; step++) {
    rows.push(text(`new ${step}`, 1000));
    await put(saver, { thread: "t", step, values: { rows }, changed: ["rows"] });
  }
}

interface Put {
  readonly thread: string;
  readonly step: number;
  readonly values: Record<string, unknown>;
  readonly changed: readonly string[];
}

async function put(saver: Saver, { thread, step, values, changed }: Put): Promise<void> {
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
      channel_values: values,
      channel_versions: versions,
      versions_seen: {},
    },
    { source: "loop", step, parents: {} },
    Object.fromEntries(changed.map((name) => [name, step])),
  );
}

/** Text of many different words, which compresses no better than prose does. */
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
