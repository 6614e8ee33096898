import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { OrderEvent } from "../order-process.ts";
import { botSays, paint, youSay, type Screen } from "../screen.ts";
import type { StageNames } from "./scene.ts";

export const ORDER_THREAD = "order";
const program = fileURLToPath(new URL("../order-process.ts", import.meta.url));

/** What the two processes did. */
export interface KilledOrder {
  readonly killed: number;
  readonly goesOn: number;
  readonly charges: number;
  readonly result: string;
}

/**
 * Kills a process in the middle of a turn, and lets another one continue. No other process may have the folder open.
 *
 * @param next What continues, if not what was killed.
 */
export async function kill(
  names: StageNames,
  screen: Screen,
  next: StageNames = names,
): Promise<KilledOrder> {
  screen.print(youSay("a cup of tea, please"));
  const first = await runOrder(names, screen, "tea");
  screen.print(
    paint(["bold", "red"], `  process ${first.pid} is killed with SIGKILL, in the middle of the turn`),
  );
  const waits = next.runtime === "threadmark" ? " when the dead one's claim to the thread has run out" : "";
  screen.print(`  another process continues${waits}`);
  const second = await runOrder(next, screen, undefined);
  screen.print(botSays(second.result!));
  const charges = first.charges + second.charges;
  screen.print(paint("bold", `  charged ${charges === 1 ? "once" : `${charges} times`}`));
  return { killed: first.pid, goesOn: second.pid, charges, result: second.result! };
}

async function runOrder({ runtime, saver }: StageNames, screen: Screen, dish: string | undefined) {
  const args = [runtime, saver, ORDER_THREAD, ...(dish === undefined ? [] : [dish])];
  const child = fork(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let charges = 0;
  let result: string | undefined;
  child.on("message", (event: OrderEvent) => {
    if (event.kind === "charges") charges++;
    if (event.kind === "charges" || event.kind === "brews")
      screen.print(`  process ${child.pid} ${event.kind}`);
    if (event.kind === "isInTheMiddle") child.kill("SIGKILL");
    if (event.kind === "ends") result = event.result;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL" && code !== 0) throw new Error(`process ${child.pid} ended with code ${code}`);
  return { pid: child.pid!, charges, result };
}
