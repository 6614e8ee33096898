import type { Checkpointer } from "../contract.ts";

/** What is needed from a saver to take its threads over: LangGraph.js's own, or any that follows the contract. */
export type OldSaver = Pick<Checkpointer, "getTuple" | "list" | "deleteThread">;

/** A saver that threads can be moved to. */
export interface NewSaver extends Checkpointer {
  updateThread?(threadId: string, update: { readonly metadata: Record<string, unknown> }): Promise<unknown>;
}
