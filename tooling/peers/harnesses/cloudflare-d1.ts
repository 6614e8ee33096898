import { createRequire } from "node:module";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

// Installed when the page is written. Node cannot import its ES modules, which leave out file extensions.
const require = createRequire(import.meta.url);
const { CloudflareD1Saver } = require("langgraph-checkpoint-cloudflare-d1") as {
  readonly CloudflareD1Saver: new (binding: object) => { setup(): Promise<void> };
};

/** A binding of D1 on the SQLite of Node: what the saver uses of it. */
function bindingTo(db: DatabaseSync): object {
  const prepared = (sql: string, values: unknown[] = []): object => {
    const all = (): unknown[] =>
      db.prepare(sql).all(...(values.map((value) => plain(value)) as SQLInputValue[]));
    return {
      bind: (...more: unknown[]) => prepared(sql, more),
      first: async () => withArrays(all()[0]),
      all: async () => ({ success: true, results: all().map(withArrays) }),
      run: async () => ({ success: true, results: all() }),
      now: all,
    };
  };
  return {
    prepare: (sql: string) => prepared(sql),
    exec: async (sql: string) => db.exec(sql),
    async batch(statements: { now(): unknown[] }[]) {
      db.exec("BEGIN");
      try {
        const results = statements.map((statement) => ({ success: true, results: statement.now() }));
        db.exec("COMMIT");
        return results;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** D1 refuses undefined, and takes ArrayBuffer and views. */
function plain(value: unknown): unknown {
  if (value === undefined) throw new Error("D1_TYPE_ERROR: Type 'undefined' not supported");
  if (typeof value === "boolean") return Number(value);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** D1 returns a blob as an array of numbers. */
function withArrays(row: unknown): unknown {
  if (typeof row !== "object" || row === null) return null;
  const entries = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? [...value] : value,
  ]);
  return Object.fromEntries(entries) as unknown;
}

export const open = async (options: object = {}): Promise<object | undefined> => {
  if (Object.keys(options).length > 0) return undefined;
  const db = new DatabaseSync(":memory:");
  const binding = bindingTo(db);
  const reopen = async (): Promise<object> => {
    const saver = new CloudflareD1Saver(binding);
    await saver.setup();
    return saver;
  };
  return { saver: await reopen(), reopen, close: async () => db.close() };
};
