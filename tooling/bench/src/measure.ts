import { randomUUID } from "node:crypto";
import type { Database } from "./databases.ts";
import { startDelayingProxy } from "./delaying-proxy.ts";
import type { Meter } from "./place.ts";
import type { Cost, Row } from "./results.ts";
import type { Scenario } from "./scenario.ts";
import { median } from "./statistics.ts";
import type { ClientUse } from "./worker-messages.ts";
import { Worker } from "./worker-process.ts";

const DELAY = 1;

interface Run extends ClientUse {
  readonly server: number;
  readonly log: number | undefined;
  readonly stored: readonly number[] | undefined;
}

interface Racer {
  readonly id: string;
  readonly place: string;
  readonly worker: Worker;
  readonly runs: Run[];
}

/** Runs a scenario with all contestants, which take turns, each in its own process. */
export async function measure(
  { database, url, meter }: { readonly database: Database; readonly url: string; readonly meter: Meter },
  scenario: Scenario,
): Promise<Row> {
  const contestants = [
    ...database.contestants,
    ...(scenario.floor && database.floor ? [database.floor] : []),
  ];
  await using proxy = scenario.network ? await startDelayingProxy(url, DELAY) : undefined;
  const racers: Racer[] = [];
  try {
    for (const { id } of contestants) {
      const name = `bench_${id}_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
      const target = { url: proxy?.url ?? url, name };
      const start = { database: database.id, contestant: id, scenario: scenario.id, target };
      racers.push({ id, place: name, worker: new Worker(start), runs: [] });
    }
    await Promise.all(racers.map(({ worker }) => worker.ready));
    // The first run of several is the warm-up.
    const warmUp = scenario.rounds > 1 ? 1 : 0;
    for (let round = 0; round < scenario.rounds + warmUp; round++) {
      const isLast = round === scenario.rounds + warmUp - 1;
      for (const racer of racers) {
        const run = await once(racer, { meter, round, isLast });
        if (round >= warmUp) racer.runs.push(run);
      }
    }
    const costs: Cost[] = [];
    for (const racer of racers) costs.push(await costOf(racer, database));
    return { scenario: scenario.id, title: scenario.title, costs };
  } finally {
    for (const { worker, place } of racers) {
      worker.kill();
      await meter.remove(place);
    }
  }
}

async function once(
  { worker, place }: Racer,
  { meter, round, isLast }: { readonly meter: Meter; readonly round: number; readonly isLast: boolean },
): Promise<Run> {
  await worker.ask({ step: "prepare", round });
  const stored = isLast ? await meter.stored(place) : undefined;
  const before = await meter.use();
  const answer = await worker.ask({ step: "run" });
  const after = await meter.use();
  if (answer.done !== "run") throw new Error(`a run was answered with ${answer.done}`);
  const grown = isLast ? await meter.stored(place) : undefined;
  return {
    ...answer.use,
    server: after.cpu - before.cpu,
    log: after.log === undefined ? undefined : after.log - before.log!,
    stored: grown?.map((bytes, i) => bytes - stored![i]!),
  };
}

async function costOf({ id, worker, runs }: Racer, database: Database): Promise<Cost> {
  const answer = await worker.ask({ step: "end" });
  if (answer.done !== "end") throw new Error(`an end was answered with ${answer.done}`);
  const kept = median(runs.map((run) => run.kept));
  const logs = runs.flatMap(({ log }) => log ?? []);
  return {
    contestant: id,
    wall: runs.map((run) => run.wall),
    client: runs.map((run) => run.cpu),
    server: runs.map((run) => run.server),
    roundTrips: median(runs.map((run) => run.roundTrips)),
    wire: median(runs.map((run) => run.wire)),
    log: logs.length === 0 ? undefined : median(logs),
    stored: database.server === undefined ? [kept] : runs.at(-1)!.stored!,
    peak: answer.peak,
  };
}
