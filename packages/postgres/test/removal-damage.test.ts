import { PostgresSaver } from "@threadmark/postgres";
import { countTests } from "@threadmark/services";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, openSaver, useSchema } from "./database.ts";

/** Lists of ids, each in a row that stays. */
const LISTS = [
  { what: "a checkpoint", table: "checkpoints", column: "refs", where: `id = '${turnId(3)}'` },
  { what: "a write", table: "writes", column: "refs", where: `checkpoint = '${turnId(3)}'` },
  { what: "a node", table: "blobs", column: "bytes", where: "get_byte(id, 15) & 1 = 1" },
];

/** One bit of every byte, and the last of an id. */
const BITS = [...Array.from({ length: 16 }, (_, byte) => 8 * byte + (byte % 8)), 120];

describe("a removal that meets damage", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  const client = new pg.Client({ connectionString: newest.url });
  let saver: PostgresSaver;
  let expected: unknown[];

  beforeAll(async () => {
    const writer = await openSaver(pool, schema);
    for (const n of [1, 2, 3]) {
      const values = { text: longText(`text ${n}`, 6000) };
      await putTurn(writer, {
        thread: "t",
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values,
      });
    }
    await writer.putWrites(configOf("t", turnId(3)), [["a", longText("a", 4000)]], "task");
    await client.connect();
    saver = new PostgresSaver(client, { schema, blobCacheBytes: 0, prepareStatements: true });
    expected = await readAll();
  });

  afterAll(() => client.end());

  async function readAll(): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const n of [2, 3]) found.push((await saver.getTuple(configOf("t", turnId(n))))?.checkpoint);
    return [...found, (await saver.getTuple(configOf("t", turnId(3))))?.pendingWrites];
  }

  it.each(LISTS)("keeps what $what needs once a flipped bit is mended", async ({ table, column, where }) => {
    const place = `${schema}.threadmark_${table}`;
    const one = `ctid = (SELECT ctid FROM ${place} WHERE ${where} AND length(${column}) >= 16 ORDER BY ctid LIMIT 1)`;
    const { rows } = await pool.query<{ ctid: string }>(`SELECT ctid FROM ${place} WHERE ${one}`);
    expect(rows).toHaveLength(1);
    for (const bit of BITS) {
      const flip = `UPDATE ${place} SET ${column} = set_bit(${column}, ${bit}, 1 - get_bit(${column}, ${bit})) WHERE ctid = $1 RETURNING ctid`;
      await client.query("BEGIN");
      const damaged = await client.query<{ ctid: string }>(flip, [rows[0]!.ctid]);
      expect(await saver.prune({ threadIds: ["t"], keepLatest: 2 })).toEqual({ threads: 1, checkpoints: 1 });
      await client.query(flip, [damaged.rows[0]!.ctid]);
      expect(await readAll(), `bit ${bit}`).toEqual(expected);
      await client.query("ROLLBACK");
    }
  });

  it("removes what nothing refers to where nothing is damaged", async () => {
    const count = async (): Promise<number> => {
      const { rows } = await client.query(`SELECT FROM ${schema}.threadmark_blobs`);
      return rows.length;
    };
    const before = await count();
    await saver.prune({ threadIds: ["t"], keepLatest: 2 });
    expect(await readAll()).toEqual(expected);
    expect(await count()).toBeLessThan(before);
  });
});
