import { compare, cpuOf } from "../comparison.ts";
import type { Database } from "../databases.ts";
import type { Cost, Results, Row } from "../results.ts";
import { median } from "../statistics.ts";
import { markdownTable } from "./markdown.ts";
import { duration, times } from "./quantities.ts";
import { reasonOf } from "./reasons.ts";

const SLOWER = "▼";

/** One line for each scenario: what the other saver needs, divided by what ours needs. */
export function comparisonTable(database: Database, { rows }: Results): string {
  const wire = database.server === undefined ? [] : [database.trips, "wire"];
  const head = [
    "scenario",
    "CPU",
    "lowest – highest",
    "time",
    ...wire,
    database.stores[0]!,
    "CPU of ours, of the other",
  ];
  const lines = rows.map((row) => {
    const ratio = compare(row);
    const moved = database.server === undefined ? [] : [times(ratio.roundTrips), times(ratio.wire)];
    return [
      row.title,
      `**${times(ratio.cpu)}**${ratio.cpu < 1 ? ` ${SLOWER}` : ""}`,
      ratio.spread.map((one) => times(one).replace(" ×", "")).join(" – "),
      times(ratio.wall),
      ...moved,
      showsStorage(row) ? times(ratio.stored) : "–",
      row.costs.slice(0, 2).map(cpuText).join(", "),
    ];
  });
  return [markdownTable(head, lines), ...slower(database, rows)].join("\n\n");
}

/** Reading stores nothing, and a few bytes of bookkeeping have no ratio. */
function showsStorage({ costs }: Row): boolean {
  return costs.slice(0, 2).every(({ stored }) => stored[0]! > 10_000);
}

function cpuText(cost: Cost): string {
  return duration(median(cpuOf(cost)));
}

/** Why ours needs more, where it does: what holds for the whole table without the names of scenarios. */
function slower(database: Database, rows: readonly Row[]): string[] {
  const marked = rows.filter((row) => compare(row).cpu < 1);
  const reasons = marked.map(({ scenario, title }) => {
    const { text, isGeneral } = reasonOf(database.id, scenario);
    return isGeneral ? `${SLOWER} ${text}` : `${SLOWER} _${title}_: ${text}`;
  });
  return [...new Set(reasons)];
}
