import type { WorkflowSaver } from "@threadmark/workflow";
import type { Runtime } from "./runtime.ts";

/** What the tasks of an order do to the world. Each says who did it. */
export interface Kitchen {
  charge(dish: string): Promise<string>;
  brew(dish: string): Promise<string>;
}

/** An order: it must not be charged twice, whatever happens while the tea is brewed. */
export function createOrder({ entrypoint, task }: Runtime, kitchen: Kitchen, checkpointer: WorkflowSaver) {
  const charge = task("charge", async (dish: string) => kitchen.charge(dish));
  const brew = task("brew", async (dish: string) => kitchen.brew(dish));

  return entrypoint({ name: "order", checkpointer }, async (dish: string) => {
    const paid = await charge(dish);
    return `${await brew(dish)}, ${paid}`;
  });
}
