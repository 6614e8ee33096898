import { isDeepStrictEqual } from "node:util";
import { isCheckpointError, type ThreadInfo } from "@threadmark/core";
import { PostgresSaver } from "@threadmark/postgres";
import { enough, randomFrom, seed, tell, type Random } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { all, isPart, toldOf } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, openSaver, useSchema } from "./database.ts";
import { damageOf, type Column } from "./random-damage.ts";

const THREADS = ["one", "two"];
const TURNS = [1, 2, 3];
const TYPED = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;

/**
 * Columns that say where something is. What is moved away by them is absent, which nobody can notice; where it appears
 * it must be refused. All others must never change anything in silence.
 */
const PLACES = {
  threads: ["thread"],
  checkpoints: ["thread", "namespace", "id"],
  writes: ["thread", "namespace", "checkpoint"],
};
const CONTENT = {
  threads: ["number", "entries"],
  checkpoints: ["parent", "parent_seal", "seal", "run", "header", "metadata", "tokens", "refs"],
  writes: ["task", "idx", "path", "channel", "value", "refs", "seal"],
  blobs: ["thread", "id", "bytes"],
};

const columnsOf = (tables: Readonly<Record<string, readonly string[]>>): Column[] =>
  Object.entries(tables).flatMap(([table, names]) => names.map((name) => ({ table, name })));

type IsRight = (value: unknown, before: ReadonlyMap<string, unknown>, read: string) => boolean;

const isSame: IsRight = (value, before, read) => isDeepStrictEqual(value, before.get(read));

describe("a damaged cell", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  const before = new Map<string, unknown>();
  const client = new pg.Client({ connectionString: newest.url });
  let refused = 0;

  beforeAll(async () => {
    const writer = await openSaver(pool, schema, {
      threadMetadata: ({ configurable }) => ({ user: configurable }),
    });
    for (const thread of THREADS) {
      for (const n of TURNS) {
        const values = { text: longText(`${thread} ${n}`), list: [1, "two", thread] };
        const parent = n > 1 ? turnId(n - 1) : undefined;
        await putTurn(writer, {
          thread,
          id: turnId(n),
          parent,
          values,
          metadata: { n, thread },
          run: `run ${n}`,
        });
        for (const task of ["a", "b"]) {
          await writer.putWrites(
            configOf(thread, turnId(n)),
            [["text", longText(`write ${n}`, 2000)]],
            task,
            "path",
          );
        }
        await writer.putWrites(configOf(thread, turnId(n)), [["__interrupt__", n]], "asks");
      }
    }
    // Damage does not keep to constraints.
    await pool.query(`ALTER TABLE ${schema}.threadmark_threads ALTER COLUMN number DROP IDENTITY`);
    for (const table of ["threads", "checkpoints", "writes", "blobs"]) {
      await pool.query(`ALTER TABLE ${schema}.threadmark_${table} DROP CONSTRAINT threadmark_${table}_pkey`);
    }
    await client.connect();
    for (const [name, read] of reads()) before.set(name, await read());
  });

  afterAll(() => client.end());

  /** Everything that an application can read, by a process that remembers nothing. */
  function reads(): [string, () => Promise<unknown>][] {
    const saver = new PostgresSaver(client, { schema, blobCacheBytes: 0, prepareStatements: true });
    const listed = async (): Promise<unknown> => (await all(saver.listThreads())).map(toldOf);
    const ofThreads = THREADS.flatMap((thread): [string, () => Promise<unknown>][] => {
      const history = { config: configOf(thread, turnId(TURNS.length)), channels: ["text"] };
      return [
        ...TURNS.map((n): [string, () => Promise<unknown>] => {
          return [`get ${thread} ${n}`, () => saver.getTuple(configOf(thread, turnId(n)))];
        }),
        [`get ${thread} newest`, () => saver.getTuple(configOf(thread))],
        [`history ${thread}`, () => saver.getDeltaChannelHistory(history)],
        [`list ${thread}`, () => all(saver.list(configOf(thread)))],
        [`thread ${thread}`, async () => toldOf(await saver.getThread(thread))],
      ];
    });
    return [...ofThreads, ["listed", listed]];
  }

  /** What is read after damage and is neither what it was nor an error that names the thread. */
  async function wrongReads(column: Column, random: Random, isRight: IsRight): Promise<string[] | undefined> {
    await client.query("BEGIN");
    try {
      if (!(await damageOf(client, schema, column, random))) return undefined;
      const wrong: string[] = [];
      for (const [name, read] of reads()) {
        await client.query("SAVEPOINT before_read");
        const result = await read().catch((error: unknown) => error);
        await client.query("ROLLBACK TO before_read");
        const known = TYPED.some((code) => isCheckpointError(result, code));
        if (known) refused++;
        const right = known
          ? // A listing finds what a damaged name is the name of.
            (column.table === "threads" && column.name === "thread") ||
            THREADS.includes((result as { threadId?: string }).threadId ?? "")
          : isRight(result, before, name);
        if (!right) wrong.push(`${name}: ${result instanceof Error ? String(result) : "another value"}`);
      }
      return wrong;
    } finally {
      await client.query("ROLLBACK");
    }
  }

  it(
    "that holds content is an error that names the thread, or changes nothing",
    async () => {
      const random = randomFrom(seed);
      const columns = columnsOf(CONTENT);
      let damaged = 0;
      for (let round = 0; damaged < enough(300); round++) {
        const column = columns[round % columns.length]!;
        const wrong = await wrongReads(column, random, isSame);
        if (wrong === undefined) continue;
        damaged++;
        expect({ column, wrong }).toEqual({ column, wrong: [] });
      }
      tell("Postgres, cells with content", { damaged, "reads refused": refused });
    },
    enough(120_000),
  );

  it(
    "that says where something is never makes anything appear elsewhere",
    async () => {
      const random = randomFrom(seed);
      const columns = columnsOf(PLACES);
      let damaged = 0;
      for (let round = 0; damaged < enough(40); round++) {
        const column = columns[round % columns.length]!;
        const wrong = await wrongReads(column, random, isLess);
        if (wrong === undefined) continue;
        damaged++;
        expect({ column, wrong }).toEqual({ column, wrong: [] });
      }
      tell("Postgres, cells with places", { damaged });
    },
    enough(60_000),
  );
});

/** Whether things may be missing, and nothing else. Then an older checkpoint is the newest. */
function isLess(value: unknown, before: ReadonlyMap<string, unknown>, read: string): boolean {
  const mayBe = read.endsWith("newest") ? TURNS.map((n) => read.replace("newest", String(n))) : [read];
  return mayBe.some((one) => isPart(withoutHeads(value), withoutHeads(before.get(one))));
}

function withoutHeads(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHeads);
  if (value === undefined) return undefined;
  const rest = { ...(value as Partial<ThreadInfo>), state: undefined };
  // Another one of the thread's own.
  return TURNS.map(turnId).includes(rest.headId ?? "") ? { ...rest, headId: undefined } : rest;
}
