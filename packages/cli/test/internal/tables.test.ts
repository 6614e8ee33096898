import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { parseAddress } from "../../src/stores/address.ts";
import type { Store } from "../../src/stores/open-store.ts";
import { mustHaveTables } from "../../src/stores/tables.ts";

it("are looked for in SQLite, and never made in the database of somebody else", () => {
  using db = new DatabaseSync(":memory:");
  const store = { address: parseAddress("sqlite:x", true), saver: { db } } as unknown as Store;
  expect(() => mustHaveTables(store)).toThrow("sqlite:x has no tables of LangGraph.js's own saver");
  db.exec("CREATE TABLE checkpoints (thread_id TEXT)");
  mustHaveTables(store);
});
