import type { Contestant, Database } from "./contestant.ts";
import type { Scenario } from "./scenarios.ts";

/** What a scenario has cost a saver. */
export interface Cost {
  readonly scenario: string;
  readonly turns: number | undefined;
  readonly contestant: string;
  readonly milliseconds: number;
  readonly roundTrips: number;
  readonly wire: number;
  /** One number for each of `Database.stores`. */
  readonly stored: readonly number[];
}

/** Runs every scenario with every contestant, one after the other. */
export async function compareAll(
  { contestants, server }: Pick<Database, "contestants" | "server">,
  scenarios: readonly Scenario[],
  progress: (line: string) => void,
): Promise<Cost[]> {
  const costs: Cost[] = [];
  const total = scenarios.length * contestants.length;
  for (const scenario of scenarios) {
    for (const contestant of contestants) {
      progress(`[${costs.length + 1}/${total}] ${server}: ${scenario.name}: ${contestant.name} … `);
      const cost = await measure(scenario, contestant);
      costs.push(cost);
      progress(`${(cost.milliseconds / 1000).toFixed(1)} s\n`);
    }
  }
  return costs;
}

async function measure(scenario: Scenario, contestant: Contestant): Promise<Cost> {
  await using place = await contestant.open(scenario.connections);
  await scenario.prepare(place.saver);
  const before = await place.traffic();
  const start = performance.now();
  await scenario.run(place.saver, () => place.reopen());
  const milliseconds = performance.now() - start;
  const after = await place.traffic();
  return {
    scenario: scenario.name,
    turns: scenario.turns,
    contestant: contestant.name,
    milliseconds,
    roundTrips: after.roundTrips - before.roundTrips,
    wire: after.wire - before.wire,
    stored: await place.stored(),
  };
}
