import type { DatabaseSync } from "node:sqlite";

/** What LangGraph.js's `SqliteSaver` uses of better-sqlite3, on the SQLite of Node: the former has to be compiled. */
export function asBetterSqlite(db: DatabaseSync): never {
  return {
    pragma: (text: string) => db.exec(`PRAGMA ${text}`),
    exec: (text: string) => db.exec(text),
    prepare: (text: string) => {
      const statement = db.prepare(text);
      const plain = (values: unknown[]) => values.map((value) => value ?? null) as never[];
      return {
        get: (...values: unknown[]) => textIn(statement.get(...plain(values))),
        all: (...values: unknown[]) => statement.all(...plain(values)).map(textIn),
        run: (...values: unknown[]) => statement.run(...plain(values)),
      };
    },
    transaction: (work: (...args: unknown[]) => unknown) => work,
  } as never;
}

/** better-sqlite3 gives a Buffer for a blob, which reads as text where it is asked to. */
function textIn<T extends object | undefined>(row: T): T {
  if (!row) return row;
  const entries = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}
