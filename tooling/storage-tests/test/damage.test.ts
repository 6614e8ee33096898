import {
  CheckpointSaver,
  isCheckpointError,
  type CheckpointError,
  type CheckpointMetadata,
} from "@threadmark/core";
import { MemoryStorage } from "@threadmark/memory";
import { enough, rounds, tell } from "@threadmark/random-tests";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const METADATA: CheckpointMetadata = { source: "loop", step: 0, parents: {} };
const long = (seed: string): string => Array.from({ length: 300 }, (_, i) => `${seed} ${i} `).join("");

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What a storage returns: records, and lists of them. */
type Answer = Record<string, unknown> | readonly unknown[];

/** A storage in memory whose answers can be changed on their way. */
class DamagedStorage extends MemoryStorage {
  damage: (answer: unknown) => unknown = (answer) => answer;

  override async get(...args: Parameters<MemoryStorage["get"]>) {
    return this.damage(await super.get(...args)) as Awaited<ReturnType<MemoryStorage["get"]>>;
  }
  override async scan(...args: Parameters<MemoryStorage["scan"]>) {
    return this.damage(await super.scan(...args)) as Awaited<ReturnType<MemoryStorage["scan"]>>;
  }
  override async ancestors(...args: Parameters<MemoryStorage["ancestors"]>) {
    return this.damage(await super.ancestors(...args)) as Awaited<ReturnType<MemoryStorage["ancestors"]>>;
  }
  override async blobs(...args: Parameters<MemoryStorage["blobs"]>) {
    return this.damage(await super.blobs(...args)) as Awaited<ReturnType<MemoryStorage["blobs"]>>;
  }
  override async outline(...args: Parameters<MemoryStorage["outline"]>) {
    return this.damage(await super.outline(...args)) as Awaited<ReturnType<MemoryStorage["outline"]>>;
  }
  override async threads(...args: Parameters<MemoryStorage["threads"]>) {
    return this.damage(await super.threads(...args)) as Awaited<ReturnType<MemoryStorage["threads"]>>;
  }
}

/** Two threads that look alike, with two namespaces each. */
async function filled(): Promise<DamagedStorage> {
  const storage = new DamagedStorage();
  const saver = new CheckpointSaver(storage);
  for (const thread of ["a", "b"]) {
    for (const namespace of ["", "inner"]) {
      for (const n of [1, 2, 3]) {
        const ids = {
          thread_id: thread,
          checkpoint_ns: namespace,
          ...(n > 1 && { checkpoint_id: String(n - 1) }),
        };
        const values = { text: long(`${thread} ${namespace}`), n: `${thread} ${namespace} ${n}` };
        const checkpoint = { v: 4, id: String(n), ts: "", channel_values: values, versions_seen: {} };
        const config = { configurable: ids, metadata: { run_id: `run ${n}` } };
        const own = { ...METADATA, step: n, thread };
        await saver.put(config, { ...checkpoint, channel_versions: { text: n, n } }, own);
        const writes: [string, unknown][] = [
          ["text", long(`${thread} ${n}`)],
          ["n", `${thread} ${n}`],
        ];
        const target = {
          configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: String(n) },
        };
        for (const task of ["t1", "t2"]) await saver.putWrites(target, writes, task, `~path ${task}`);
        await saver.putWrites(target, [["__interrupt__", `${thread} asks`]], "t3");
      }
    }
    await saver.updateThread(thread, { metadata: { user: thread, title: `of ${thread}` } });
  }
  return storage;
}

/** Everything that a new saver reads of thread "a". */
const READS: Readonly<Record<string, (saver: CheckpointSaver) => Promise<unknown>>> = {
  getTuple: (saver) => saver.getTuple({ configurable: { thread_id: "a" } }),
  list: (saver) => all(saver.list({ configurable: { thread_id: "a" } })),
  "list of all threads": (saver) => all(saver.list({ configurable: {} })),
  history: (saver) =>
    saver.getDeltaChannelHistory({ config: { configurable: { thread_id: "a" } }, channels: ["n"] }),
  prune: (saver) => saver.prune({ threadIds: ["a"], keepLatest: 1, dryRun: true }),
  getThread: (saver) => saver.getThread("a").then((found) => found && { ...found, updatedAt: 0 }),
};

/** Not covered: what the storage keeps for itself, and by its own clock. */
const FREE = new Set(["epoch", "created", "updated", "expires", "more", "data"]);

/** The places of an answer where something is stored. */
function placesIn(answer: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof answer !== "object" || answer === null || answer instanceof Uint8Array) {
    return path.length > 0 && (answer !== undefined || path.at(-1) === "parent" || path.at(-1) === "run")
      ? [path]
      : [];
  }
  return Object.entries(answer).flatMap(([key, value]) =>
    FREE.has(key) ? [] : placesIn(value, [...path, key]),
  );
}

function at(answer: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], answer);
}

function changed(answer: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy: Answer = Array.isArray(answer)
    ? [...(answer as unknown[])]
    : { ...(answer as Record<string, unknown>) };
  Object.assign(copy, { [key]: changed(at(answer, [key]), rest, value) });
  return copy;
}

/** A value with one bit, or one character, changed. */
function flipped(value: unknown, n: number): unknown {
  if (value instanceof Uint8Array) {
    const bytes = value.slice();
    if (bytes.length > 0) bytes[(n >>> 3) % bytes.length]! ^= 1 << (n & 7);
    return bytes;
  }
  if (typeof value === "number") return Number.isInteger(value) ? (value ^ (1 << (n % 31))) >>> 0 : value;
  if (value === undefined) return "1";
  const text = value as string;
  const place = text.length === 0 ? 0 : n % text.length;
  return (
    text.slice(0, place) + String.fromCharCode((text.charCodeAt(place) || 48) ^ 1) + text.slice(place + 1)
  );
}

async function outcomeOf(
  read: () => Promise<unknown>,
): Promise<{ value?: unknown; error?: CheckpointError }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!isCheckpointError(error)) throw error;
    return { error };
  }
}

/** What an error about damaged bytes lacks. */
function problemWith({ code, threadId, message }: CheckpointError): string | undefined {
  if (!["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"].includes(code)) return `the code is ${code}`;
  if (threadId === undefined) return "it has no threadId";
  return message.includes(JSON.stringify(threadId)) ? undefined : `it does not name its thread: ${message}`;
}

const choice = fc.record({ place: fc.nat(), other: fc.nat(), bit: fc.nat(), swap: fc.boolean() });

describe("what a storage returns damaged, or with fields of other records", () => {
  it.each(Object.keys(READS))("is exact, or an error that names its thread: %s", async (name) => {
    const storage = await filled();
    const read = READS[name]!;
    const right = await read(new CheckpointSaver(storage));
    let noticed = 0;
    const property = fc.asyncProperty(choice, async ({ place, other, bit, swap }) => {
      let was: unknown;
      let path: readonly string[] = [];
      storage.damage = (answer) => {
        const places = placesIn(answer);
        if (places.length === 0) return answer;
        path = places[place % places.length]!;
        const alike = places.filter((one) => one.at(-1) === path.at(-1));
        was = at(answer, path);
        const value = swap ? at(answer, alike[other % alike.length]!) : flipped(was, bit);
        return changed(answer, path, value);
      };
      const outcome = await outcomeOf(() => read(new CheckpointSaver(storage)));
      if (outcome.error) noticed++;
      expect(outcome.error ? problemWith(outcome.error) : outcome.value).toEqual(
        outcome.error ? undefined : right,
      );
    });
    await fc.assert(property, rounds(300));
    expect(noticed).toBeGreaterThan(50);
    tell(`the port, ${name}`, { "answers damaged": enough(300), refused: noticed });
  });
});
