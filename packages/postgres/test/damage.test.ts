import { createHash } from "node:crypto";
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

/** Keeps all statements prepared: planning them would take most of the time. */
class KeepingClient extends pg.Client {
  override query = ((config: string | pg.QueryConfig, ...rest: unknown[]): unknown => {
    const send = super.query.bind(this) as (...args: unknown[]) => unknown;
    if (typeof config === "string" || !config.values?.length || config.name) return send(config, ...rest);
    const name = createHash("sha256").update(config.text).digest("hex").slice(0, 40);
    return send({ ...config, name }, ...rest);
  }) as pg.Client["query"];
}

describe("a damaged cell", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  const before = new Map<string, unknown>();
  const client = new KeepingClient({ connectionString: newest.url });
  let saver: PostgresSaver;
  let reads: [string, () => Promise<unknown>][];
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
    saver = new PostgresSaver(client, { schema, blobCacheBytes: 0, prepareStatements: true });
    reads = readsBy(saver);
    for (const [name, read] of reads) before.set(name, await read());
  });

  afterAll(() => client.end());

  /** Everything that an application can read, by a saver that remembers nothing. */
  function readsBy(reader: PostgresSaver): [string, () => Promise<unknown>][] {
    const listed = async (): Promise<unknown> => (await all(reader.listThreads())).map(toldOf);
    const ofThreads = THREADS.flatMap((thread): [string, () => Promise<unknown>][] => {
      const history = { config: configOf(thread, turnId(TURNS.length)), channels: ["text"] };
      return [
        ...TURNS.map((n): [string, () => Promise<unknown>] => {
          return [`get ${thread} ${n}`, () => reader.getTuple(configOf(thread, turnId(n)))];
        }),
        [`get ${thread} newest`, () => reader.getTuple(configOf(thread))],
        [`history ${thread}`, () => reader.getDeltaChannelHistory(history)],
        [`list ${thread}`, () => all(reader.list(configOf(thread)))],
        [`filtered ${thread}`, () => all(reader.list(configOf(thread), { filter: { n: 2 } }))],
        [`thread ${thread}`, async () => toldOf(await reader.getThread(thread))],
        [
          `titled ${thread}`,
          async () => (await all(reader.listThreads({ filter: { name: thread } }))).map(toldOf),
        ],
      ];
    });
    return [
      ...ofThreads,
      ["listed", listed],
      ["of all threads", () => all(reader.list({}))],
      ["of all threads, filtered", () => all(reader.list({}, { filter: { n: 1 } }))],
    ];
  }

  /** What is read after damage and is neither what it was nor an error that names the thread. */
  async function wrongReads(column: Column, random: Random): Promise<string[] | undefined> {
    await client.query("BEGIN");
    try {
      if (!(await damageOf(client, schema, column, random))) return undefined;
      const wrong: string[] = [];
      await client.query("SAVEPOINT before_read");
      for (const [name, read] of reads) {
        const result = await read().catch((error: unknown) => error);
        // An error of the server ends its transaction.
        if (result instanceof Error) await client.query("ROLLBACK TO before_read");
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
    enough(900_000),
  );

  const damages = {
    threads: `UPDATE ${schema}.threadmark_threads SET thread = 'onf' WHERE thread = 'one'`,
    checkpoints: `UPDATE ${schema}.threadmark_checkpoints SET thread = 'onf' WHERE thread = 'one' AND id = '${turnId(3)}'`,
    writes: `UPDATE ${schema}.threadmark_writes SET checkpoint = 'x' WHERE thread = 'one' AND task = 'asks'`,
  };
  const told = { code: "CORRUPT", threadId: "one" };

  /** Runs it on damaged rows, and takes the damage back. */
  async function damagedBy(sql: string, test: () => Promise<void>): Promise<void> {
    await client.query("BEGIN");
    try {
      await client.query(sql);
      await test();
    } finally {
      await client.query("ROLLBACK");
    }
  }

  it.each(Object.entries(damages))(
    "that is a key in the table of %s is refused by all that reads it",
    async (_, sql) => {
      await damagedBy(sql, async () => {
        await expect(saver.getTuple(configOf("one"))).rejects.toMatchObject(told);
        await expect(all(saver.listThreads())).rejects.toMatchObject(told);
        await expect(all(saver.list({}))).rejects.toMatchObject(told);
        await expect(saver.copyThread("one", "copy")).rejects.toMatchObject(told);
        await expect(saver.prune({ threadIds: ["one"], keepLatest: 1 })).rejects.toMatchObject(told);
        expect(await saver.getTuple(configOf("two"))).toEqual(before.get("get two newest"));
      });
    },
  );

  it.each(Object.entries(damages))(
    "that is a key in the table of %s goes with its thread",
    async (_, sql) => {
      await damagedBy(sql, async () => {
        await saver.deleteThread("one");
        expect(await saver.getTuple(configOf("one"))).toBeUndefined();
        expect(await all(saver.list(configOf("two")))).toEqual(before.get("list two"));
        expect((await all(saver.listThreads())).map(({ threadId }) => threadId)).toEqual(["two"]);
        for (const table of ["checkpoints", "writes", "blobs"]) {
          const { rows } = await client.query(`SELECT DISTINCT thread FROM ${schema}.threadmark_${table}`);
          expect({ table, threads: rows.length }).toEqual({ table, threads: 1 });
        }
      });
    },
  );
});
