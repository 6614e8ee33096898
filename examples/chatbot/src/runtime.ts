import * as langgraph from "@langchain/langgraph";
import * as threadmark from "@threadmark/workflow";

/** What the programs here use of the functional API. Both packages have it. */
export type Runtime = Pick<typeof threadmark, "entrypoint" | "getPreviousState" | "task">;

export const RUNTIMES = {
  threadmark,
  // Its types differ, but the parts used here mean the same.
  langgraph: langgraph as unknown as Runtime,
} satisfies Record<string, Runtime>;

export type RuntimeName = keyof typeof RUNTIMES;

export const RUNTIME_NAMES = Object.keys(RUNTIMES) as RuntimeName[];
