import pg from "pg";

/** Statements that were given to a server to parse. */
export interface Statements extends Disposable {
  readonly parsed: number;
  /** Words and signs of all different texts together. */
  readonly tokens: number;
}

interface Connection {
  parse(query: { readonly text: string }, ...rest: unknown[]): unknown;
}

/** Watches every connection that `pg` opens from now on. */
export function watchStatements(): Statements {
  const { prototype } = (pg as unknown as { Connection: { prototype: Connection } }).Connection;
  const { parse } = prototype;
  const texts = new Set<string>();
  let parsed = 0;
  prototype.parse = function watched(this: Connection, query, ...rest) {
    parsed++;
    texts.add(query.text);
    return parse.call(this, query, ...rest);
  };
  return {
    get parsed() {
      return parsed;
    },
    get tokens() {
      return [...texts].reduce((sum, text) => sum + (text.match(/\w+|[^\s\w]/g)?.length ?? 0), 0);
    },
    [Symbol.dispose]() {
      prototype.parse = parse;
    },
  };
}

/** Bytes of all rows of a schema, without what pages and indexes add. */
export async function rowBytes(url: string, schema: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1",
    [schema],
  );
  let total = 0;
  for (const { name } of tables.rows) {
    const sum = `SELECT coalesce(sum(pg_column_size(t.*)), 0)::int AS bytes FROM ${schema}.${name} AS t`;
    total += (await client.query<{ bytes: number }>(sum)).rows[0]!.bytes;
  }
  await client.end();
  return total;
}
