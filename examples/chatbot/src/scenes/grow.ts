import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import { counted } from "../counted.ts";
import { localModel } from "../model.ts";
import { paint } from "../screen.ts";
import { createChatbot } from "../workflow.ts";
import type { Stage } from "./scene.ts";

const TURNS = 200;
const TEXT = "I would like to know more about the tea that you have, and where it comes from. ".repeat(3);

/** Bytes that a chat takes. */
export interface Growth {
  readonly turns: number;
  readonly here: number;
  readonly langgraph: number;
}

/** Has the same long chat on two savers, and counts what each of them keeps. */
export async function grow({ runtime, screen }: Stage, turns: number = TURNS): Promise<Growth> {
  let here = 0;
  const storage = counted(new MemoryStorage(), (bytes) => (here += bytes));
  const theirs = new LangGraphMemorySaver();
  const chatbots = [new MemorySaver({ storage }), theirs].map((saver) =>
    createChatbot(runtime, localModel, saver),
  );
  const config = { configurable: { thread_id: "long" } };
  for (let turn = 1; turn <= turns; turn++) {
    for (const chatbot of chatbots)
      await chatbot.invoke([{ role: "user", content: `${turn}. ${TEXT}` }], config);
    const line = () => describe({ turns: turn, here, langgraph: bytesOf(theirs) });
    if (turn % (turns / 4) === 0) screen.print(line());
    else if (turn % 5 === 0) screen.live(line());
  }
  const growth = { turns, here, langgraph: bytesOf(theirs) };
  const times = Math.round(growth.langgraph / growth.here);
  screen.print(paint("bold", `  LangGraph.js's MemorySaver takes ${times} times the bytes`));
  return growth;
}

function describe({ turns, here, langgraph }: Growth): string {
  const ours = `${paint("green", "here")} ${sizeText(here)}`;
  return `  ${String(turns).padStart(3)} turns   ${ours}   ${paint("red", "LangGraph.js's MemorySaver")} ${sizeText(langgraph)}`;
}

function sizeText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`.padStart(9);
}

/** All that LangGraph.js's saver keeps: checkpoints, metadata, and what tasks wrote. */
function bytesOf({ storage, writes }: LangGraphMemorySaver): number {
  const checkpoints = Object.values(storage).flatMap((namespaces) =>
    Object.values(namespaces).flatMap(Object.values),
  );
  const rows = Object.values(writes).flatMap(Object.values);
  let bytes = 0;
  for (const [checkpoint, metadata] of checkpoints as [Uint8Array, Uint8Array][]) {
    bytes += checkpoint.length + metadata.length;
  }
  for (const [, , value] of rows as [string, string, Uint8Array][]) bytes += value.length;
  return bytes;
}
