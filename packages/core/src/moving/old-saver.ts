import type { Checkpointer } from "../contract.ts";

/** What is needed of a saver to take its threads over: one of LangGraph.js's own, or any that keeps the contract. */
export type OldSaver = Pick<Checkpointer, "getTuple" | "list" | "deleteThread">;

/** A saver that threads can be moved to. */
export interface NewSaver extends Checkpointer {
  updateThread?(threadId: string, update: { readonly metadata: Record<string, unknown> }): Promise<unknown>;
}
