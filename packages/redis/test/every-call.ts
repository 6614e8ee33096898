import type { RedisSaver } from "@threadmark/redis";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const many = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`channel ${i}`, longText(`value ${i}`)]),
);

async function first(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
}

function fifty(): [string, unknown][] {
  return Array.from({ length: 50 }, (_, i) => [`channel ${i}`, longText(`write ${i}`, 3000)]);
}

/** Every call that is about one thread, in an order in which each has something to do. */
export const callsOnOneThread: Readonly<Record<string, (saver: RedisSaver) => Promise<unknown>>> = {
  "put of 30 long channels": (saver) =>
    putTurn(saver, { thread: "t", id: turnId(1), values: many, run: "r" }),
  "putWrites of 50 writes": (saver) => saver.putWrites(configOf("t", turnId(1)), fifty(), "task"),
  "putWrites once more": (saver) => saver.putWrites(configOf("t", turnId(1)), fifty(), "task"),
  "getTuple with channels and writes": (saver) => saver.getTuple(configOf("t")),
  "getTuple by id": (saver) => saver.getTuple(configOf("t", turnId(1))),
  "getTuple of nothing": (saver) => saver.getTuple(configOf("nobody")),
  "a put on top": (saver) => putTurn(saver, { thread: "t", id: turnId(2), parent: turnId(1), values: many }),
  "a page of list": (saver) => first(saver.list(configOf("t"))),
  "a page of list with a filter": (saver) => first(saver.list(configOf("t"), { filter: { step: 0 } })),
  "a history": (saver) => saver.getDeltaChannelHistory({ config: configOf("t"), channels: ["none"] }),
  setThreadTtl: (saver) => saver.setThreadTtl("t", { seconds: 1000 }),
  "setThreadTtl to never": (saver) => saver.setThreadTtl("t", null),
  "setThreadTtl to the saver's": (saver) => saver.setThreadTtl("t", undefined),
};

/** Calls about threads that are not named, and about two of them. */
export const callsOnAllThreads: Readonly<Record<string, (saver: RedisSaver) => Promise<unknown>>> = {
  copyThread: (saver) => saver.copyThread("t", "copy"),
  "a page of listThreads": (saver) => first(saver.listThreads()),
  sweep: (saver) => saver.sweep(),
};

/** More than one call of the storage each. */
export const callsInSteps: Readonly<Record<string, (saver: RedisSaver) => Promise<unknown>>> = {
  "listThreads with a filter": (saver) => first(saver.listThreads({ filter: { step: 0 } })),
  "list of all threads": (saver) => first(saver.list({})),
  prune: (saver) => saver.prune({ allThreads: true, keepLatest: 1 }),
  deleteForRuns: (saver) => saver.deleteForRuns(["r"]),
};
