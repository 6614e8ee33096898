// A process that takes an order, or continues one. Arguments: runtime, saver, thread, and what is ordered, without
// which it continues. With an order it stops halfway: someone else has to end the process.
import { chooseSaver, type SaverName } from "./choose-saver.ts";
import { createOrder, type Kitchen } from "./order.ts";
import { RUNTIMES, type RuntimeName } from "./runtime.ts";

/** What the process tells the one that started it. */
export type OrderEvent =
  | { readonly kind: "charges" | "brews" | "isInTheMiddle" }
  | { readonly kind: "ends"; readonly result: string };

/** The time for which a thread stays taken when the process that has it dies. */
const LEASE = 500;

const [runtime, saverName, thread, dish] = process.argv.slice(2) as [
  RuntimeName,
  SaverName,
  string,
  string | undefined,
];
const tell = (event: OrderEvent) => process.send!(event);
await using saver = await chooseSaver(saverName);
const config = { configurable: { thread_id: thread }, concurrency: "wait", lease: LEASE } as const;

const kitchen: Kitchen = {
  async charge() {
    tell({ kind: "charges" });
    return `paid in process ${process.pid}`;
  },
  async brew(what) {
    tell({ kind: "brews" });
    if (dish !== undefined) {
      await chargeIsStored();
      tell({ kind: "isInTheMiddle" });
      await new Promise(() => setInterval(() => {}, 60_000));
    }
    return `${what} from process ${process.pid}`;
  },
};

/** LangGraph.js continues before a result is stored. */
async function chargeIsStored(): Promise<void> {
  for (;;) {
    const tuple = await saver.getTuple(config);
    if (tuple?.pendingWrites?.some(([, channel]) => channel === "__return__")) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const order = createOrder(RUNTIMES[runtime], kitchen, saver);
tell({ kind: "ends", result: await order.invoke(dish ?? null, config) });
process.disconnect();
