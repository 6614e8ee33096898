import { entrypoint, interrupt, task, type WorkflowSaver } from "@threadmark/workflow";

/** Money that a customer wants back. */
export interface Refund {
  readonly order: string;
  readonly amount: number;
}

/** What a person says about a refund. */
export interface Decision {
  readonly approved: boolean;
  readonly by: string;
}

/** Up to this amount, no approval is needed. */
const LIMIT = 100;

/** Stands in for the bank. */
const pay = task("pay", async ({ order, amount }: Refund): Promise<string> => {
  console.log(`paid ${amount} for ${order}`);
  return `paid ${amount}`;
});

/** Pays small refunds, and asks a person about large ones. */
export function createRefund(checkpointer: WorkflowSaver) {
  return entrypoint({ name: "refund", checkpointer }, async (refund: Refund): Promise<string> => {
    if (refund.amount <= LIMIT) return pay(refund);
    const { approved, by } = interrupt<Decision>(refund);
    return approved ? pay(refund) : `refused by ${by}`;
  });
}
