import { AIMessage, HumanMessage } from "@langchain/core/messages";
import {
  Annotation,
  Command,
  END,
  interrupt,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { MemorySaver as OldMemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { CheckpointPendingWrite, CheckpointTuple, NewSaver, OldSaver } from "@threadmark/core";
import type { MemorySaver } from "@threadmark/memory";

/** Anything that graphs and tests use alike. */
export type AnySaver = BaseCheckpointSaver | MemorySaver;

export const at = (id: string, more: object = {}) => ({ configurable: { thread_id: id, ...more } });

/** A graph with a subgraph that asks, parallel nodes, and messages. */
export function assistant(checkpointer: AnySaver) {
  const State = Annotation.Root({
    ...MessagesAnnotation.spec,
    notes: Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  const asking = new StateGraph(State)
    .addNode("ask", () => ({ messages: [new AIMessage(`approved: ${interrupt<string, string>("go on?")}`)] }))
    .addEdge(START, "ask")
    .compile();
  return new StateGraph(State)
    .addNode("plan", () => ({ messages: [new AIMessage({ content: "a plan", id: "plan" })] }))
    .addNode("work", (state: typeof State.State) => ({ notes: [`note ${state.notes.length}`] }))
    .addNode("approve", asking)
    .addEdge(START, "plan")
    .addConditionalEdges("plan", (state) => [new Send("work", state), new Send("work", state)])
    .addEdge("work", "approve")
    .addEdge("approve", END)
    .compile({ checkpointer: checkpointer as BaseCheckpointSaver });
}

/** A thread with a finished run, a branch and a paused run. */
export async function converse(saver: AnySaver, id: string): Promise<void> {
  const graph = assistant(saver);
  await graph.invoke({ messages: [new HumanMessage("hello")] }, at(id));
  await graph.invoke(new Command({ resume: "yes" }), at(id));
  const history = [];
  for await (const state of graph.getStateHistory(at(id))) history.push(state);
  await graph.updateState(history.at(-2)!.config, { notes: ["on another branch"] });
  await graph.invoke({ messages: [new HumanMessage("again")] }, at(id));
}

/** What is asked in a paused run. */
export async function questionsOf(saver: AnySaver, id: string): Promise<unknown[]> {
  const { tasks } = await assistant(saver).getState(at(id));
  return tasks.flatMap((task) => task.interrupts.map(({ value }) => value as unknown));
}

/** Everything of a thread, in the order of the contract. */
export async function tuplesOf(saver: AnySaver, id: string): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = [];
  for await (const tuple of saver.list(at(id), { limit: 10_000 })) found.push(tuple);
  const key = ({ checkpoint, config }: CheckpointTuple) =>
    `${checkpoint.id} ${String(config.configurable?.["checkpoint_ns"])}`;
  return found.toSorted((a, b) => (key(a) < key(b) ? 1 : -1)).map(plain);
}

/** Savers of LangGraph.js keep a parent that is absent as a key. */
function plain({
  config,
  checkpoint,
  metadata,
  parentConfig,
  pendingWrites,
}: CheckpointTuple): CheckpointTuple {
  const { thread_id, checkpoint_ns, checkpoint_id } = config.configurable ?? {};
  return {
    config: { configurable: { thread_id, checkpoint_ns, checkpoint_id } },
    checkpoint,
    metadata: metadata!,
    ...(parentConfig && { parentConfig }),
    pendingWrites: ordered(pendingWrites ?? []),
  };
}

const SPECIAL = ["__resume__", "__interrupt__", "__scheduled__", "__error__"];

/** LangGraph.js's `RedisSaver` has the writes of a task in the order in which they came. */
function ordered(writes: CheckpointPendingWrite[]): CheckpointPendingWrite[] {
  const rank = ([, channel]: CheckpointPendingWrite) => (SPECIAL.indexOf(channel) + SPECIAL.length + 1) % 5;
  const tasks = [...new Set(writes.map(([task]) => task))];
  return tasks.flatMap((task) => writes.filter(([of]) => of === task).toSorted((a, b) => rank(a) - rank(b)));
}

/** A saver of LangGraph.js that has a conversation. */
export async function oldSaverWith(...ids: readonly string[]): Promise<OldMemorySaver> {
  const old = new OldMemorySaver();
  for (const id of ids) await converse(old, id);
  return old;
}

/** A saver without the fields by which it could be known. */
export function contractOf(saver: OldMemorySaver): OldSaver & NewSaver {
  const { getTuple, list, put, putWrites, deleteThread } = saver;
  return {
    getTuple: getTuple.bind(saver) as OldSaver["getTuple"],
    list: list.bind(saver) as OldSaver["list"],
    put: put.bind(saver) as NewSaver["put"],
    putWrites: putWrites.bind(saver),
    deleteThread: deleteThread.bind(saver),
  };
}
