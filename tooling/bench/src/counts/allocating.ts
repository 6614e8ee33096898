// Prints what calls allocate. It runs without an optimising compiler, which would leave out some allocations some
// of the time, and with so much space for new objects that none is collected meanwhile.
import { MemorySaver } from "@threadmark/memory";
import { channelTexts, manyChannels } from "../scenarios/states.ts";
import { configOf, threadOf } from "../scenarios/thread.ts";
import { playTurn } from "../scenarios/turn.ts";

const CALLS = 10;
const saver = new MemorySaver();
const chat = threadOf(0, 0);
const channels = threadOf(0, 1);

for (let i = 0; i < 50; i++) await playTurn(saver, chat);
await manyChannels(saver, channels, channelTexts(0, 5));
const counts = {
  "getTuple of 100 messages: kB allocated": await allocated(() => saver.getTuple(configOf(chat))),
  "turn after 50 others: kB allocated": await allocated(() => playTurn(saver, chat)),
  "getTuple of 30 channels: kB allocated": await allocated(() => saver.getTuple(configOf(channels))),
};
console.log(JSON.stringify(counts));

/** Kilobytes for one call: the least of some rounds, since the runtime's own work only ever adds. */
async function allocated(call: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    gc!();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < CALLS; i++) await call();
    rounds.push((process.memoryUsage().heapUsed - before) / CALLS / 1000);
  }
  return Math.round(Math.min(...rounds));
}
