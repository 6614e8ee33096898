import type { Cost, Row } from "./results.ts";
import { median, ratios } from "./statistics.ts";

/** Processor time of client and server together, run by run. */
export function cpuOf({ client, server }: Cost): number[] {
  return client.map((one, i) => one + server[i]!);
}

/** What another saver needs, divided by what ours needs. Below 1, ours needs more. */
export interface Comparison {
  /** Processor time: the median of the runs, and the lowest and highest of them. */
  readonly cpu: number;
  readonly spread: readonly [number, number];
  readonly wall: number;
  readonly roundTrips: number;
  readonly wire: number;
  readonly stored: number;
}

/** Compares ours with the other one. Each of its runs is compared with ours just before it. */
export function compare({ costs }: Row): Comparison {
  const [ours, other] = costs as [Cost, Cost];
  const cpu = ratios(cpuOf(ours), cpuOf(other));
  return {
    cpu: median(cpu),
    spread: [Math.min(...cpu), Math.max(...cpu)],
    wall: median(ratios(ours.wall, other.wall)),
    roundTrips: other.roundTrips / ours.roundTrips,
    wire: other.wire / ours.wire,
    stored: other.stored[0]! / ours.stored[0]!,
  };
}
