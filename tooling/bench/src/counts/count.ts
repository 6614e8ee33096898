import { randomUUID } from "node:crypto";
import type { Database } from "../databases.ts";
import { ACTIONS } from "./actions.ts";
import { allocations } from "./allocations.ts";
import type { Counts } from "./counts.ts";
import { rowBytes, watchStatements } from "./postgres.ts";

/** What our saver of a database takes for each action. */
export async function countOf(database: Database, url: string): Promise<Counts> {
  if (database.server === undefined) return allocations();
  const name = `counts_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await using meter = await database.meter(url);
  const { ours } = await database.places();
  const statements = database.id === "postgres" ? watchStatements() : undefined;
  try {
    await using place = await ours!({ url, name, connections: 1 });
    const counts: Record<string, number> = {};
    for (const { name: action, prepare, run } of ACTIONS) {
      await prepare(place);
      const before = place.traffic();
      const parsed = statements?.parsed ?? 0;
      await run(place);
      const after = place.traffic();
      counts[`${action}: ${database.trips}`] = after.roundTrips - before.roundTrips;
      counts[`${action}: bytes on the wire`] = after.wire - before.wire;
      if (statements) counts[`${action}: statements parsed`] = statements.parsed - parsed;
    }
    if (statements) counts["tokens of SQL"] = statements.tokens;
    const stored = database.id === "postgres" ? await rowBytes(url, name) : (await meter.stored(name))[0]!;
    return { ...counts, "bytes stored": stored };
  } finally {
    statements?.[Symbol.dispose]();
    await meter.remove(name);
  }
}
