import type { Place } from "../place.ts";
import { findUser, putUsers, readHistory } from "../scenarios/reading.ts";
import { channelTexts, manyChannels } from "../scenarios/states.ts";
import { configOf, threadOf } from "../scenarios/thread.ts";
import { playTurn } from "../scenarios/turn.ts";

/** Things whose parts can all be counted. They run in this order, in one place. */
export interface Action {
  readonly name: string;
  prepare(place: Place): Promise<unknown>;
  run(place: Place): Promise<unknown>;
}

const CHAT = threadOf(0, 0);
const CHANNELS = threadOf(0, 2);
const USERS = threadOf(0, 3);

const nothing = async (): Promise<void> => {};

export const ACTIONS: readonly Action[] = [
  { name: "first turn", prepare: nothing, run: ({ saver }) => playTurn(saver, CHAT) },
  { name: "turns 2 to 20", prepare: nothing, run: ({ saver }) => turns(saver, 19) },
  { name: "turn 21", prepare: nothing, run: ({ saver }) => playTurn(saver, CHAT) },
  {
    name: "getTuple by a new process",
    prepare: nothing,
    run: async (place) => (await place.reopen()).getTuple(configOf(CHAT)),
  },
  { name: "history by a new process", prepare: nothing, run: (place) => readHistory(place, CHAT, 63) },
  {
    name: "5 steps with 30 channels",
    prepare: nothing,
    run: ({ saver }) => manyChannels(saver, CHANNELS, channelTexts(0, 5)),
  },
  {
    name: "a filter that finds 1 of 50",
    prepare: ({ saver }) => putUsers(saver, USERS, 50),
    run: ({ saver }) => findUser(saver, USERS, 7),
  },
];

async function turns(saver: Place["saver"], count: number): Promise<void> {
  for (let i = 0; i < count; i++) await playTurn(saver, CHAT);
}
