import { enough, rounds, tell } from "@threadmark/random-tests";
import { countTests, hasPrivate } from "@threadmark/services";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromCutLogs, fromLaggingReplicas, fromSnapshots } from "./rolled-back.ts";
import { newest } from "./server.ts";

const timeout = enough(600_000);

describe.runIf(hasPrivate("redis:8"))("a server that comes back without its last writes", { timeout }, () => {
  countTests(newest);
  const turns = fc.integer({ min: 1, max: 12 });
  const percent = fc.integer({ min: 1, max: 100 });
  const point = fc.record({ kept: turns, lost: turns, percent });
  const { seed, numRuns } = rounds(5);
  const points = fc.sample(point, { seed, numRuns });

  it("from a snapshot: everything acknowledged to the process that kept running is there for a new one", async () => {
    await fromSnapshots(points);
    tell("Redis", { "rollbacks to a snapshot": numRuns });
  });

  it("from a log with `appendfsync everysec` whose end is cut off, anywhere: the same", async () => {
    // The first loses turns for certain, where the others may lose no more than the writes of one.
    const lost = await fromCutLogs([{ kept: 3, lost: 3, percent: 100 }, ...points.slice(1)]);
    expect(lost).toBeGreaterThan(0);
    tell("Redis with everysec", { "logs cut": numRuns, "turns lost by it": lost });
  });

  it("a replica that lagged behind: the same", async () => {
    await fromLaggingReplicas(points);
    tell("Redis", { "replicas promoted that lagged": numRuns });
  });
});
