import { inspect } from "node:util";
import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import type { WorkflowSaver } from "@threadmark/workflow";
import { paint } from "../screen.ts";
import type { Runtime } from "../runtime.ts";
import type { StageWithSaver } from "./scene.ts";

const VALUES = {
  Date: new Date("2026-02-28T12:00:00Z"),
  Map: new Map([["tea", { cups: 2 }]]),
  BigInt: 2n ** 64n,
};

/** What became of a value. */
export interface KeptValue {
  readonly name: string;
  readonly here: string;
  readonly langgraph: string;
}

export const VALUE_THREADS = Object.keys(VALUES).map((name) => `value ${name}`);

/** Lets a workflow return values that JSON does not know, and shows what is read back. */
export async function values({ runtime, saver, screen }: StageWithSaver): Promise<KeptValue[]> {
  const kept: KeptValue[] = [];
  for (const [name, value] of Object.entries(VALUES)) {
    const here = await readBack(runtime, saver, name, value);
    const langgraph = await readBack(runtime, new LangGraphMemorySaver(), name, value);
    kept.push({ name, here, langgraph });
    screen.print(`  ${paint("bold", name.padEnd(6))}  returned                        ${inspect(value)}`);
    screen.print(`          read back                       ${paint("green", here)}`);
    screen.print(
      `          from LangGraph.js's MemorySaver ${paint(langgraph === here ? "green" : "red", langgraph)}`,
    );
  }
  return kept;
}

async function readBack(
  runtime: Runtime,
  checkpointer: WorkflowSaver,
  name: string,
  value: unknown,
): Promise<string> {
  const give = runtime.entrypoint({ name: "give", checkpointer }, async (_: string) => value);
  const config = { configurable: { thread_id: `value ${name}` } };
  try {
    await give.invoke(name, config);
    return inspect((await give.getState(config)).values);
  } catch (error) {
    return `lost, and the thread with it: ${(error as Error).message}`;
  }
}
