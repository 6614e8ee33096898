import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { isCheckpointError } from "@threadmark/core";
import { SqliteSaver } from "@threadmark/example-sqlite-saver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const THREADS = ["one", "two"];
const COLUMNS = ["epoch", "created", "updated", "expires", "own_ttl", "claim", "claim_until", "sum"];
const at = (thread: string) => ({ configurable: { thread_id: thread, checkpoint_ns: "" } });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What is about a thread's time or owner. */
const CALLS: Readonly<Record<string, (saver: SqliteSaver) => Promise<unknown>>> = {
  getTuple: (saver) => saver.getTuple(at("one")),
  list: (saver) => all(saver.list(at("one"))),
  "list of all threads": (saver) => all(saver.list({})),
  getThread: (saver) => saver.getThread("one"),
  listThreads: (saver) => all(saver.listThreads()),
  sweep: (saver) => saver.sweep(),
};

type Cell = string | number | null;

function flipped(cell: Cell, bit: number): Cell {
  if (cell === null) return 1;
  if (typeof cell === "number") return Number(BigInt(cell) ^ (1n << BigInt(bit)));
  return String.fromCharCode(cell.charCodeAt(0) ^ (1 << (bit % 5))) + cell.slice(1);
}

/** What a call returns, or the code and the thread of its error. */
async function toldBy(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!isCheckpointError(error)) throw error;
    return { code: error.code, threadId: error.threadId };
  }
}

describe("the row of a thread, one bit of which was flipped", () => {
  let folder: string;
  let saver: SqliteSaver;
  let db: DatabaseSync;
  const undamaged = new Map<string, unknown>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sqlite-saver-"));
    const file = join(folder, "threads.sqlite");
    saver = new SqliteSaver(file);
    await saver.setup();
    for (const thread of THREADS) {
      const fields = { v: 4, id: "1", ts: "", channel_versions: { n: 1 }, versions_seen: {} };
      const metadata = { source: "input", step: -1, parents: {} } as const;
      await saver.put(at(thread), { ...fields, channel_values: { n: thread } }, metadata, { n: 1 });
      await saver.setThreadTtl(thread, { seconds: 100_000 });
      await saver.claimThread(thread, { claim: "owner", ttl: { seconds: 1000 } });
    }
    for (const [name, call] of Object.entries(CALLS)) undamaged.set(name, await call(saver));
    db = new DatabaseSync(file);
  });

  afterAll(async () => {
    db.close();
    await saver.close();
    await rm(folder, { recursive: true });
  });

  it.each(COLUMNS)("is read exactly, or an error names the thread: %s", async (column) => {
    const sound = db.prepare(`SELECT ${column} AS cell FROM threads WHERE thread = 'one'`).get()![
      "cell"
    ] as Cell;
    const set = db.prepare(`UPDATE threads SET ${column} = ? WHERE thread = 'one'`);
    const error = { code: "CORRUPT", threadId: "one" };
    let refused = 0;
    for (const bit of [0, 4, 20, 31, 40]) {
      set.run(flipped(sound, bit));
      for (const [name, call] of Object.entries(CALLS)) {
        const told = await toldBy(call(saver));
        if (isDeepStrictEqual(told, error)) refused++;
        const right = isDeepStrictEqual(told, undamaged.get(name)) || isDeepStrictEqual(told, error);
        expect({ name, bit, told, right }).toMatchObject({ right: true });
      }
      set.run(sound);
    }
    expect(refused).toBeGreaterThanOrEqual(25);
  });

  it("can be deleted", async () => {
    db.prepare("UPDATE threads SET expires = 1 WHERE thread = 'one'").run();
    await saver.deleteThread("one");
    expect((await all(saver.listThreads())).map(({ threadId }) => threadId)).toEqual(["two"]);
  });
});
