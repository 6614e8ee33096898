import { rounds } from "@threadmark/random-tests";
import { countTests, hasPrivate } from "@threadmark/services";
import fc from "fast-check";
import { describe, it } from "vitest";
import { fromLaggingReplicas, fromSnapshots } from "./rolled-back.ts";
import { newest } from "./server.ts";

const timeout = 600_000;

describe.runIf(hasPrivate("redis:8"))("a server that comes back without its last writes", { timeout }, () => {
  countTests(newest);
  const point = fc.record({ kept: fc.integer({ min: 1, max: 12 }), lost: fc.integer({ min: 1, max: 12 }) });
  const { seed, numRuns } = rounds(5);
  const points = fc.sample(point, { seed, numRuns });

  it("from a snapshot: whatever the living process is told is stored is there for a new one", async () => {
    await fromSnapshots(points);
  });

  it("a replica that lagged behind: the same", async () => {
    await fromLaggingReplicas(points);
  });
});
