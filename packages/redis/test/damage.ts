import { deepStrictEqual } from "node:assert/strict";
import { isCheckpointError, type CheckpointErrorCode } from "@threadmark/core";
import { RedisSaver } from "@threadmark/redis";
import { all } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Redis } from "ioredis";

/** Two threads with all that a thread can have: forks, namespaces, writes, long values, metadata, an expiry. */
export async function fill(saver: RedisSaver): Promise<void> {
  for (const thread of ["a", "b"]) {
    const text = longText(thread, 6000);
    await putTurn(saver, { thread, id: turnId(1), values: { text, n: 1 }, run: "r1" });
    await putTurn(saver, { thread, id: turnId(2), parent: turnId(1), values: { text: `${text}+`, n: 2 } });
    await putTurn(saver, { thread, id: turnId(3), parent: turnId(1), values: { text, n: 3 }, run: "r2" });
    await saver.putWrites(configOf(thread, turnId(3)), [["text", longText("w", 4000)]], "task 1");
    await saver.putWrites(configOf(thread, turnId(3)), [["n", thread]], "task 2");
    await saver.putWrites(configOf(thread, turnId(3)), [["__interrupt__", thread]], "task 3");
    await saver.putWrites(configOf(thread, turnId(1)), [["delta", thread]], "task 1");
    await saver.putWrites(configOf(thread, turnId(1)), [["n", 1]], "task 2");
    const inner = { configurable: { thread_id: thread, checkpoint_ns: "inner" } };
    const checkpoint = {
      v: 4,
      ts: "2026-01-01T00:00:00.000Z",
      versions_seen: {},
      channel_versions: { n: 1 },
    };
    const metadata = { source: "loop", step: 0, parents: {} } as const;
    await saver.put(inner, { ...checkpoint, id: turnId(4), channel_values: { n: 4 } }, metadata, { n: 1 });
    await saver.setThreadTtl(thread, { seconds: 100_000 });
    await saver.updateThread(thread, { metadata: { title: `title of ${thread}`, user: "u" } });
  }
}

/** What a reader gets: values, or the code of an error that names the thread. */
export type Told =
  | { readonly value: unknown }
  | { readonly code: CheckpointErrorCode; readonly threadId: string | undefined };

/** Everything that can be read, each by itself, by a process that remembers nothing. */
export async function readAll(client: Redis, keyPrefix: string): Promise<ReadonlyMap<string, Told>> {
  const reads = ["a", "b"].flatMap((thread): [string, (saver: RedisSaver) => Promise<unknown>][] => [
    [`newest of ${thread}`, (saver) => saver.getTuple(configOf(thread))],
    ...[1, 2, 3].map((n): [string, (saver: RedisSaver) => Promise<unknown>] => [
      `${thread} ${n}`,
      (saver) => saver.getTuple(configOf(thread, turnId(n))),
    ]),
    [`list of ${thread}`, (saver) => all(saver.list(configOf(thread)))],
    [
      `history of ${thread}`,
      (saver) => saver.getDeltaChannelHistory({ config: configOf(thread), channels: ["delta"] }),
    ],
    [
      `list of all namespaces of ${thread}`,
      (saver) => all(saver.list({ configurable: { thread_id: thread } })),
    ],
    [`thread ${thread}`, (saver) => saver.getThread(thread)],
  ]);
  const told = reads.map(async ([name, ask]): Promise<[string, Told]> => {
    return [name, await answerOf(ask(new RedisSaver(client, { keyPrefix, blobCacheBytes: 0 })))];
  });
  return new Map(await Promise.all(told));
}

async function answerOf(asked: Promise<unknown>): Promise<Told> {
  try {
    return { value: await asked };
  } catch (error) {
    if (!isCheckpointError(error)) throw error;
    return { code: error.code, threadId: error.threadId };
  }
}

const TYPED = new Set<CheckpointErrorCode>(["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"]);

/**
 * What is neither exact nor a typed error that names the thread.
 *
 * @returns The name of the read, or nothing.
 */
export function wrongIn(
  expected: ReadonlyMap<string, Told>,
  told: ReadonlyMap<string, Told>,
): string | undefined {
  for (const [name, given] of told) {
    if ("code" in given) {
      if (!TYPED.has(given.code) || given.threadId === undefined) return `${name}: ${given.code}`;
    } else if (!isSame(given.value, expected.get(name))) return name;
  }
  return undefined;
}

/** How many reads were told of damage. */
export function refusedIn(told: ReadonlyMap<string, Told>): number {
  return [...told.values()].filter((given) => "code" in given).length;
}

function isSame(value: unknown, expected: Told | undefined): boolean {
  try {
    deepStrictEqual(value, (expected as { value: unknown }).value);
    return true;
  } catch {
    return false;
  }
}

/** A part of what is stored, and how it is put there. */
export interface Cell {
  readonly title: string;
  readonly bytes: Buffer;
  write(bytes: Buffer): Promise<unknown>;
  /** Undoes a `write`. */
  restore(): Promise<unknown>;
}

/** Every field, value and member of the threads' own keys. */
export async function cellsOf(client: Redis, keyPrefix: string): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const key of await client.keys(`${keyPrefix}{*}:?:*`)) {
    const isOrder = key.includes(":o:");
    cells.push(...(isOrder ? await membersOf(client, key) : await fieldsOf(client, key)));
  }
  return cells;
}

/** Puts a key back as a whole: a name with one bit turned over may be that of another cell. */
async function restorerOf(client: Redis, key: string): Promise<() => Promise<unknown>> {
  const content = await client.dumpBuffer(key);
  return () => client.restore(key, 0, content, "REPLACE");
}

async function fieldsOf(client: Redis, key: string): Promise<Cell[]> {
  const cells: Cell[] = [];
  const restore = await restorerOf(client, key);
  for (const name of await client.hkeysBuffer(key)) {
    const value = (await client.hgetBuffer(key, name))!;
    cells.push({
      title: `${key} ${name.toString("latin1")}`,
      bytes: value,
      write: (bytes) => client.call("HSET", key, name, bytes),
      restore,
    });
    cells.push({
      title: `${key}, the name of ${name.toString("latin1")}`,
      bytes: name,
      write: (bytes) => client.multi().hdel(key, name).call("HSET", key, bytes, value).exec(),
      restore,
    });
  }
  return cells;
}

async function membersOf(client: Redis, key: string): Promise<Cell[]> {
  const restore = await restorerOf(client, key);
  return (await client.zrangeBuffer(key, "0", "-1")).map((member): Cell => ({
    title: `${key}, member ${member.toString("latin1")}`,
    bytes: member,
    write: (bytes) => client.multi().zrem(key, member).call("ZADD", key, "0", bytes).exec(),
    restore,
  }));
}

export function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
