import type { Random } from "@threadmark/random-tests";
import type pg from "pg";

export interface Column {
  readonly table: string;
  readonly name: string;
}

/**
 * Flips one bit of a random cell of a column, or swaps two of its cells, in the transaction that is open. Returns whether
 * anything changed: the type of the column may not take it.
 */
export async function damageOf(
  client: pg.Client,
  schema: string,
  { table, name }: Column,
  random: Random,
): Promise<boolean> {
  const place = `${schema}.threadmark_${table}`;
  const { rows, fields } = await client.query<{ ctid: string; cell: unknown }>({
    text: `SELECT ctid::text, ${name} AS cell FROM ${place} ORDER BY ctid`,
  });
  const [one, other] = [rows[random(rows.length)]!, rows[random(rows.length)]!];
  const type = fields[1]!.dataTypeID;
  const swap = random(3) === 0;
  const now = swap ? other.cell : one.cell === null ? ANYTHING.get(type) : flipped(one.cell, random);
  if (JSON.stringify(now) === JSON.stringify(one.cell)) return false;
  /** Returns where the row is then. */
  const set = async (ctid: string, cell: unknown): Promise<string> => {
    const value = type === JSONB ? JSON.stringify(cell) : cell;
    const sql = `UPDATE ${place} SET ${name} = $1 WHERE ctid = $2::tid RETURNING ctid::text`;
    return (await client.query<{ ctid: string }>(sql, [value, ctid])).rows[0]!.ctid;
  };
  await client.query("SAVEPOINT before_damage");
  try {
    if (!swap) await set(one.ctid, now);
    else {
      // Two rows may not have one key in between.
      const ctid = await set(one.ctid, ANYTHING.get(type) ?? now);
      await set(other.ctid, one.cell);
      await set(ctid, now);
    }
    return true;
  } catch {
    await client.query("ROLLBACK TO before_damage");
    return false;
  }
}

const JSONB = 3802;

/** In place of nothing: bytes, numbers, a text. */
const ANYTHING = new Map<number, unknown>([
  [17, Buffer.of(1)],
  [20, "4096"],
  [23, 4096],
  [25, "x"],
]);

function flipped(cell: unknown, random: Random): unknown {
  if (cell instanceof Uint8Array) {
    const bytes = Buffer.from(cell);
    if (bytes.length > 0) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  }
  if (typeof cell === "number") return cell ^ (1 << random(31));
  if (typeof cell === "string" && /^\d+$/.test(cell))
    return String(BigInt(cell) ^ (1n << BigInt(random(32))));
  if (typeof cell === "string") return flippedText(cell, random);
  if (typeof cell === "object" && cell !== null) {
    try {
      return JSON.parse(flippedText(JSON.stringify(cell), random));
    } catch {
      return cell;
    }
  }
  return cell;
}

/** One of the lower bits, so that it stays text. */
function flippedText(text: string, random: Random): string {
  if (text === "") return "x";
  const at = random(text.length);
  const code = text.charCodeAt(at) ^ (1 << random(5));
  return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
}
