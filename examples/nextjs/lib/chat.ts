import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@threadmark/postgres";
import { ScriptedModel } from "./scripted-model";

// Next.js loads this module again after every change, and once per bundle: one pool for all of them.
const shared = globalThis as { saver?: PostgresSaver };
const saver = (shared.saver ??= PostgresSaver.fromConnString(process.env.POSTGRES_URL ?? ""));

const model = new ScriptedModel();

/** A chat that remembers each of its threads. */
export const chat = new StateGraph(MessagesAnnotation)
  .addNode("answer", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addEdge("__start__", "answer")
  .compile({ checkpointer: saver });

let ready: Promise<void> | undefined;

/** Creates the tables if they are missing. */
export function setUp(): Promise<void> {
  return (ready ??= saver.setup().catch((error: unknown) => {
    ready = undefined;
    throw error;
  }));
}
