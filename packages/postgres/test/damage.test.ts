import { isDeepStrictEqual } from "node:util";
import { isCheckpointError } from "@threadmark/core";
import { PostgresSaver } from "@threadmark/postgres";
import { enough, randomFrom, seed, tell, type Random } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { all, toldOf } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, openSaver, useSchema } from "./database.ts";
import { damageOf, type Column } from "./random-damage.ts";

const THREADS = ["one", "two"];
const TURNS = [1, 2, 3];
const TYPED = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;

/** Columns that say where a row belongs. */
const KEYS = {
  threads: ["thread"],
  checkpoints: ["thread", "namespace", "id"],
  writes: ["thread", "namespace", "checkpoint"],
};
const CONTENT = {
  threads: ["number", "entries", "entry_count", "mark", "entries_mark"],
  checkpoints: [
    "parent",
    "parent_seal",
    "seal",
    "run",
    "header",
    "metadata",
    "tokens",
    "refs",
    "owner",
    "mark",
  ],
  writes: ["task", "idx", "path", "channel", "value", "refs", "seal", "owner", "mark"],
  blobs: ["thread", "id", "bytes"],
};

const columnsOf = (tables: Readonly<Record<string, readonly string[]>>): Column[] =>
  Object.entries(tables).flatMap(([table, names]) => names.map((name) => ({ table, name })));

describe("a damaged cell", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  const before = new Map<string, unknown>();
  const client = new pg.Client({ connectionString: newest.url });
  let refused = 0;

  beforeAll(async () => {
    const writer = await openSaver(pool, schema, {
      threadMetadata: ({ configurable }) => ({ user: configurable, name: configurable?.["thread_id"] }),
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
        [`filtered ${thread}`, () => all(saver.list(configOf(thread), { filter: { n: 2 } }))],
        [`thread ${thread}`, async () => toldOf(await saver.getThread(thread))],
        [`titled ${thread}`, async () => (await all(saver.listThreads({ filter: { name: thread } }))).map(toldOf)],
      ];
    });
    return [
      ...ofThreads,
      ["listed", listed],
      ["of all threads", () => all(saver.list({}))],
      ["of all threads, filtered", () => all(saver.list({}, { filter: { n: 1 } }))],
    ];
  }

  /** What is read after damage and is neither what it was nor an error that names the thread. */
  async function wrongReads(column: Column, random: Random): Promise<string[] | undefined> {
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
          ? THREADS.includes((result as { threadId?: string }).threadId ?? "")
          : isDeepStrictEqual(result, before.get(name));
        if (!right) wrong.push(`${name}: ${result instanceof Error ? String(result) : "another value"}`);
      }
      return wrong;
    } finally {
      await client.query("ROLLBACK");
    }
  }

  it.each([
    { what: "that holds content", tables: CONTENT, cells: 300 },
    { what: "that says where a row belongs", tables: KEYS, cells: 100 },
  ])(
    "$what is an error that names the thread, or changes nothing",
    async ({ what, tables, cells }) => {
      const random = randomFrom(seed);
      const columns = columnsOf(tables);
      let damaged = 0;
      refused = 0;
      for (let round = 0; damaged < enough(cells); round++) {
        const column = columns[round % columns.length]!;
        const wrong = await wrongReads(column, random);
        if (wrong === undefined) continue;
        damaged++;
        expect({ column, wrong }).toEqual({ column, wrong: [] });
      }
      tell(`Postgres, cells ${what}`, { damaged, "reads refused": refused });
    },
    enough(120_000),
  );
});
