import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import type { Saver } from "../place.ts";

/**
 * LangGraph.js's own saver for SQLite, in memory, on the SQLite of Node: better-sqlite3 has to be compiled
 * where it has no binary.
 */
export function openSqlite(): Saver {
  const db = new DatabaseSync(":memory:");
  const driver = {
    pragma: (text: string) => db.exec(`PRAGMA ${text}`),
    exec: (text: string) => db.exec(text),
    prepare(text: string) {
      const statement = db.prepare(text);
      return {
        get: (...values: unknown[]) => withBuffers(statement.get(...bound(values))),
        all: (...values: unknown[]) => statement.all(...bound(values)).map(withBuffers),
        run: (...values: unknown[]) => statement.run(...bound(values)),
      };
    },
    transaction: (work: (...args: unknown[]) => unknown) => work,
  };
  return new SqliteSaver(driver);
}

function bound(values: readonly unknown[]): SQLInputValue[] {
  return values.map((value) => (value ?? null) as SQLInputValue);
}

/** better-sqlite3 gives a Buffer for a blob. */
function withBuffers<Row extends object | undefined>(row: Row): Row {
  for (const [name, value] of Object.entries(row ?? {})) {
    if (value instanceof Uint8Array) {
      (row as Record<string, unknown>)[name] = Buffer.from(value.buffer, value.byteOffset, value.length);
    }
  }
  return row;
}
