// The process of one contestant in one scenario: prepares, runs and measures when the parent says so.
import { databaseOf } from "./databases.ts";
import { scenarioOf } from "./scenarios.ts";
import type { Start, ToParent, ToWorker } from "./worker-messages.ts";

const start = JSON.parse(process.argv[2]!) as Start;
const places = await databaseOf(start.database).places();
const scenario = scenarioOf(start.scenario);
const place = await places[start.contestant]!({ ...start.target, connections: scenario.connections });
let work: () => Promise<void> = async () => {};

process.on("message", (message: ToWorker) => {
  answer(message).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// Without its parent there is nothing more to do.
process.on("disconnect", () => process.exit());
send({ done: "start" });

async function answer(message: ToWorker): Promise<void> {
  if (message.step === "prepare") {
    work = await scenario.prepare(place, message.round);
    send({ done: "prepare" });
  } else if (message.step === "run") {
    send({ done: "run", use: await measured(work, message.heap) });
  } else {
    await place[Symbol.asyncDispose]();
    send({ done: "end", peak: 1024 * process.resourceUsage().maxRSS });
    process.disconnect();
  }
}

async function measured(run: () => Promise<void>, heap: boolean) {
  const inUse = heap ? keptInHeap() : undefined;
  const before = place.traffic();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await run();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const after = place.traffic();
  return {
    wall,
    cpu: (user + system) / 1000,
    roundTrips: after.roundTrips - before.roundTrips,
    wire: after.wire - before.wire,
    kept: inUse === undefined ? undefined : keptInHeap() - inUse,
  };
}

/** Bytes that are still in use after garbage collection. */
function keptInHeap(): number {
  gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function send(message: ToParent): void {
  process.send!(message);
}
