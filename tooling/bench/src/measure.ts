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
/** Milliseconds that every contestant runs before it is measured, in this many rounds at most. */
const WARM_UP = { time: 1000, rounds: 20 };
/** Without a server, all of the time is the client's, and V8 takes longer than that to compile what is called. */
const WARM_UP_WITHOUT_SERVER = { time: 2000, rounds: 40 };
/** A scenario whose rounds are short has more of them, so that a collection in one of them does not decide. */
const MEASURED = { time: 1000, rounds: 15 };

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
    const inHeap = database.server === undefined;
    const length = inHeap ? WARM_UP_WITHOUT_SERVER : WARM_UP;
    const isRepeated = scenario.rounds > 1;
    const warmUp = isRepeated ? await warmedUp(racers, meter, length) : { rounds: 0, shortest: Infinity };
    const rounds = roundsOf(scenario.rounds, warmUp.shortest);
    // A forced collection makes V8 discard compiled code, so the heap is measured in runs whose times do not count.
    const heapRuns = inHeap && isRepeated ? scenario.rounds : 0;
    for (let i = 0; i < rounds + heapRuns; i++) {
      const isLast = i === rounds + heapRuns - 1;
      const how = { meter, round: warmUp.rounds + i, stored: isLast && !inHeap, heap: i >= rounds };
      for (const racer of racers) racer.runs.push(await once(racer, how));
    }
    const costs: Cost[] = [];
    for (const racer of racers) costs.push(await costOf(racer, rounds));
    return { scenario: scenario.id, title: scenario.title, costs };
  } finally {
    for (const { worker, place } of racers) {
      worker.kill();
      await meter.remove(place);
    }
  }
}

/**
 * How often a scenario is measured.
 *
 * @param wanted How often at least.
 * @param time Milliseconds that a run takes.
 */
export function roundsOf(wanted: number, time: number): number {
  return Math.max(wanted, Math.min(MEASURED.rounds, Math.ceil(MEASURED.time / time)));
}

interface WarmUp {
  readonly rounds: number;
  /** Milliseconds that the shortest run took. */
  readonly shortest: number;
}

/** Lets all contestants run side by side until each has run for long enough. */
async function warmedUp(
  racers: readonly Racer[],
  meter: Meter,
  until: { readonly time: number; readonly rounds: number },
): Promise<WarmUp> {
  let total = 0;
  let shortest = Infinity;
  let round = 0;
  do {
    const how = { meter, round, stored: false, heap: false };
    const runs = await Promise.all(racers.map((racer) => once(racer, how)));
    const time = Math.min(...runs.map(({ wall }) => wall));
    total += time;
    shortest = Math.min(shortest, time);
    round++;
  } while (round < until.rounds && total < until.time);
  return { rounds: round, shortest };
}

interface How {
  readonly meter: Meter;
  readonly round: number;
  /** Whether to measure what the server has stored. */
  readonly stored: boolean;
  readonly heap: boolean;
}

async function once({ worker, place }: Racer, { meter, round, stored, heap }: How): Promise<Run> {
  await worker.ask({ step: "prepare", round });
  const storedBefore = stored ? await meter.stored(place) : undefined;
  const before = await meter.use();
  const answer = await worker.ask({ step: "run", heap });
  const after = await meter.use();
  if (answer.done !== "run") throw new Error(`a run was answered with ${answer.done}`);
  const storedAfter = stored ? await meter.stored(place) : undefined;
  return {
    ...answer.use,
    server: after.cpu - before.cpu,
    log: after.log === undefined ? undefined : after.log - before.log!,
    stored: storedAfter?.map((bytes, i) => bytes - storedBefore![i]!),
  };
}

/** What the contestant's runs took: the first ones count for all but the heap and the server's storage. */
async function costOf({ id, worker, runs: all }: Racer, rounds: number): Promise<Cost> {
  const answer = await worker.ask({ step: "end" });
  if (answer.done !== "end") throw new Error(`an end was answered with ${answer.done}`);
  const runs = all.slice(0, rounds);
  const kept = all.flatMap((run) => run.kept ?? []);
  const logs = runs.flatMap(({ log }) => log ?? []);
  return {
    contestant: id,
    wall: runs.map((run) => run.wall),
    client: runs.map((run) => run.cpu),
    server: runs.map((run) => run.server),
    roundTrips: median(runs.map((run) => run.roundTrips)),
    wire: median(runs.map((run) => run.wire)),
    log: logs.length === 0 ? undefined : median(logs),
    stored: all.at(-1)!.stored ?? [median(kept)],
    peak: answer.peak,
  };
}
