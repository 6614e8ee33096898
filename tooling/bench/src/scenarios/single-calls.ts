import { scenario, type Scenario } from "../scenario.ts";
import { prose } from "../text.ts";
import { Steps } from "./steps.ts";
import { configOf, each, threadOf } from "./thread.ts";
import { ANSWER_TASK, message, playTurn } from "./turn.ts";

const CALLS = 400;

/** One call after the other, on one connection. */
export const SINGLE_CALLS: readonly Scenario[] = [
  scenario({
    id: "put",
    title: "put of 4,000 new characters",
    table: "calls",
    connections: 1,
    floor: true,
    calls: CALLS,
    async prepare({ saver }, round) {
      const steps = new Steps(saver, threadOf(round, 0), undefined);
      const texts = Array.from({ length: CALLS }, (_, i) => prose(CALLS * round + i, 4000));
      return () => each(CALLS, 1, (i) => steps.put("loop", { text: texts[i] }, ["text"]));
    },
  }),
  scenario({
    id: "put-writes",
    title: "putWrites of one message",
    table: "calls",
    connections: 1,
    calls: CALLS,
    async prepare({ saver }, round) {
      const steps = new Steps(saver, threadOf(round, 0), undefined);
      await steps.put("loop", { messages: [] }, ["messages"]);
      const write = (i: number): [string, unknown] => ["messages", [message(threadOf(round, i), i, "ai")]];
      return () =>
        each(CALLS, 1, (i) => steps.putWrites(`${ANSWER_TASK.slice(0, -4)}${1000 + i}`, [write(i)]));
    },
  }),
  scenario({
    id: "get",
    title: "getTuple of a chat of 20 turns, in the process that wrote it",
    table: "calls",
    connections: 1,
    calls: CALLS,
    async prepare({ saver }, round) {
      await each(20, 1, () => playTurn(saver, threadOf(round, 0)));
      return () => each(CALLS, 1, () => saver.getTuple(configOf(threadOf(round, 0))));
    },
  }),
  scenario({
    id: "get-new",
    title: "getTuple of a chat of 20 turns, in a new process",
    table: "calls",
    connections: 1,
    calls: 50,
    async prepare({ saver, reopen }, round) {
      await each(20, 1, () => playTurn(saver, threadOf(round, 0)));
      const savers = await Promise.all(Array.from({ length: 50 }, reopen));
      return () => each(50, 1, (i) => savers[i]!.getTuple(configOf(threadOf(round, 0))));
    },
  }),
];
