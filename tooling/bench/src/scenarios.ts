import { overNetwork, scenario, type Scenario } from "./scenario.ts";
import { chatFunction } from "./scenarios/functional.ts";
import { chatGraph } from "./scenarios/graph.ts";
import { SINGLE_CALLS } from "./scenarios/single-calls.ts";
import { findUser, putUsers, readHistory } from "./scenarios/reading.ts";
import { channelTexts, largeChannel, largeRows, manyChannels } from "./scenarios/states.ts";
import { each, threadOf, threadsOf } from "./scenarios/thread.ts";
import { checkTurns, playTurn, writeTexts } from "./scenarios/turn.ts";

/** A graph in threads that are new. */
function graph(atOnce: number): Scenario {
  const threads = Math.max(atOnce, 32);
  return scenario({
    id: `graph-${atOnce}`,
    title: `StateGraph: ${threads} new threads, ${atOnce} at once, 4 turns each`,
    table: atOnce === 64 ? "main" : "at-once",
    async prepare({ saver }, round) {
      const chat = chatGraph(saver);
      writeTexts(threadsOf(round, threads), 4);
      return () => each(threads, atOnce, (i) => chat(threadOf(round, i), 4));
    },
  });
}

const functional = scenario({
  id: "functional-64",
  title: "functional API: 64 new threads at once, 4 turns each",
  async prepare(place, round) {
    const chat = chatFunction(place);
    writeTexts(threadsOf(round, 64), 4);
    return () => each(64, 64, (i) => chat(threadOf(round, i), 4));
  },
});

const newThreads = scenario({
  id: "new-256",
  title: "calls alone: 256 new threads at once, 2 turns each",
  async prepare({ saver }, round) {
    writeTexts(threadsOf(round, 256), 2);
    return () => each(256, 256, (i) => turns(saver, threadOf(round, i), 2));
  },
});

/** Threads that this process has just served. */
function warm(atOnce: number): Scenario {
  const threads = Math.max(atOnce, 32);
  return scenario({
    id: `warm-${atOnce}`,
    title: `calls alone: ${threads} threads of 5 turns, ${atOnce} at once, 5 more turns each`,
    table: atOnce === 64 ? "main" : "at-once",
    async prepare({ saver }, round) {
      writeTexts(threadsOf(round, threads), 10);
      await each(threads, 64, (i) => turns(saver, threadOf(round, i), 5));
      return async () => {
        await each(threads, atOnce, (i) => turns(saver, threadOf(round, i), 5));
        await checkTurns(saver, threadOf(round, 0), 10);
      };
    },
  });
}

async function turns(saver: Parameters<typeof playTurn>[0], thread: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await playTurn(saver, thread);
}

const channels = scenario({
  id: "channels",
  title: "30 channels of 1 kB, 2 change: 8 threads at once, 15 steps each",
  async prepare({ saver }, round) {
    const texts = Array.from({ length: 8 }, (_, i) => channelTexts(8 * round + i, 15));
    return () => each(8, 8, (i) => manyChannels(saver, threadOf(round, i), texts[i]!));
  },
});

function large(grows: boolean): Scenario {
  return scenario({
    id: grows ? "large-grows" : "large",
    title: `a channel of 5 MB that ${grows ? "grows by 1 kB each step" : "does not change"}: stored, then 4 steps`,
    table: grows ? "long" : "main",
    connections: 1,
    async prepare({ saver }, round) {
      const rows = largeRows(round);
      return () => largeChannel(saver, threadOf(round, 0), { rows, steps: 4, grows });
    },
  });
}

/** One long conversation. */
function oneChat(turnCount: number): Scenario {
  return scenario({
    id: `chat-${turnCount}`,
    title: `StateGraph: one chat of ${turnCount} turns`,
    table: turnCount === 50 ? "main" : "long",
    connections: 1,
    turns: turnCount,
    rounds: turnCount > 200 ? 1 : 3,
    async prepare({ saver }, round) {
      const talk = chatGraph(saver);
      writeTexts([threadOf(round, 0)], turnCount);
      return () => talk(threadOf(round, 0), turnCount);
    },
  });
}

function history(turnCount: number): Scenario {
  return scenario({
    id: `history-${turnCount}`,
    title: `history of ${turnCount} turns, ${3 * turnCount} checkpoints, read by a new process`,
    table: turnCount === 30 ? "main" : "long",
    connections: 1,
    async prepare(place, round) {
      await turns(place.saver, threadOf(round, 0), turnCount);
      return () => readHistory(place, threadOf(round, 0), 3 * turnCount);
    },
  });
}

const filter = scenario({
  id: "filter",
  title: "a filter that finds 1 of 150 checkpoints: 30 lists",
  connections: 1,
  async prepare({ saver }, round) {
    await putUsers(saver, threadOf(round, 0), 150);
    return () => each(30, 1, (i) => findUser(saver, threadOf(round, 0), 5 * i));
  },
});

/** Every comparison, in the order of the tables. */
export const SCENARIOS: readonly Scenario[] = [
  graph(64),
  functional,
  newThreads,
  warm(64),
  channels,
  large(false),
  oneChat(50),
  history(30),
  filter,
  overNetwork(graph(64)),
  overNetwork(warm(64)),
  ...[1, 10, 256].flatMap((atOnce) => [graph(atOnce), warm(atOnce)]),
  ...[1, 10, 256].map((atOnce) => overNetwork(graph(atOnce))),
  { ...overNetwork(functional), table: "at-once" },
  oneChat(200),
  oneChat(1000),
  large(true),
  history(200),
  ...SINGLE_CALLS,
];

/** @throws Error when there is no such scenario. */
export function scenarioOf(id: string): Scenario {
  const found = SCENARIOS.find((one) => one.id === id);
  if (!found) throw new Error(`there is no scenario ${id}`);
  return found;
}
