import { CommandError } from "../exit-codes.ts";
import type { Store } from "./open-store.ts";

interface Database {
  prepare(text: string): { get(): unknown };
}

/**
 * LangGraph.js's saver for SQLite creates its tables when it first reads, in whatever database that is.
 *
 * @throws CommandError if there are none.
 */
export function mustHaveTables({ address, saver }: Store): void {
  if (address.kind !== "sqlite") return;
  const { db } = saver as unknown as { readonly db: Database };
  const found = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'checkpoints'").get();
  if (!found) throw new CommandError(`${address.shown} has no tables of LangGraph.js's own saver`);
}
