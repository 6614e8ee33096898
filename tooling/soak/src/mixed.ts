import { setTimeout } from "node:timers/promises";
import { startServers } from "@threadmark/services/start";
import { useUntil } from "./operations.ts";
import { savers } from "./savers.ts";

/** Mixed operations on savers. What the process holds is printed meanwhile, and none of it may grow. */
export async function soak(names: readonly string[], minutes: number): Promise<void> {
  const servers = await startServers(names.flatMap((name) => savers[name]!.services));
  try {
    for (const name of names) await soakOne(name, minutes * 60_000);
  } finally {
    await servers.stop();
  }
}

async function soakOne(name: string, milliseconds: number): Promise<void> {
  console.log(`\n${name}`);
  print("before");
  const saver = savers[name]!.open();
  await saver.setup();
  const began = Date.now();
  const printing = setInterval(
    () => print(`${Math.round((Date.now() - began) / 1000)} s`),
    milliseconds / 10,
  );
  const turns = await useUntil(saver, () => Date.now() - began > milliseconds);
  clearInterval(printing);
  print(`${turns} turns`);
  await saver.close();
  // A socket that is being closed exists until its other side has answered.
  await setTimeout(1000);
  print("closed");
}

/** What the process holds: heap after a collection, open handles and timers by kind, listeners. */
function print(when: string): void {
  globalThis.gc?.();
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const handles = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
  const heap = `${(process.memoryUsage().heapUsed / 1e6).toFixed(1)} MB`;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  console.log(`${when.padStart(12)}  ${heap.padStart(9)}  ${listeners} listeners  ${handles}`);
}
