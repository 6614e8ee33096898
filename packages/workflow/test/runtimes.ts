import * as current from "@langchain/langgraph";
import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import * as ours from "@threadmark/workflow";
import type { WorkflowSaver } from "@threadmark/workflow";
import * as older from "langgraph-1-4";
import * as middle from "langgraph-1-5";

/** What both runtimes have, with the types of neither. */
export interface Runtime {
  readonly name: string;
  task(options: unknown, code: (...args: never[]) => unknown): (...args: unknown[]) => Promise<unknown>;
  entrypoint(options: unknown, body: (input: never, context: never) => unknown): AnyWorkflow;
  final(parts: { value: unknown; save: unknown }): unknown;
  interrupt(value: unknown): unknown;
  previous(): unknown;
  resume(answer: unknown): unknown;
}

export interface AnyWorkflow {
  invoke(input: unknown, config?: unknown): Promise<unknown>;
  stream(input: unknown, config?: unknown): AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;
  getState(config: unknown, options?: unknown): Promise<AnyState>;
  getStateHistory(config: unknown): AsyncIterable<AnyState>;
  updateState(config: unknown, value: unknown): Promise<unknown>;
}

export interface AnyState {
  readonly values: unknown;
  readonly next: readonly string[];
  readonly tasks: readonly { readonly interrupts: readonly { id: string; value: unknown }[] }[];
  readonly config: unknown;
  readonly metadata?: unknown;
}

function runtimeOf(name: string, library: unknown): Runtime {
  const { task, entrypoint, interrupt, getPreviousState, Command } = library as typeof ours;
  return {
    name,
    task,
    entrypoint: entrypoint as unknown as Runtime["entrypoint"],
    final: (parts) => entrypoint.final(parts),
    interrupt,
    previous: () => getPreviousState(),
    resume: (answer) => new Command({ resume: answer }),
  };
}

export const threadmark: Runtime = runtimeOf("Threadmark", ours);
export const langgraph: Runtime = runtimeOf("LangGraph.js 1.7", current);
export const olderLangGraph: Runtime = runtimeOf("LangGraph.js 1.4", older);
export const middleLangGraph: Runtime = runtimeOf("LangGraph.js 1.5", middle);

/** Savers of both sides, as savers of neither. */
export const savers: readonly (readonly [name: string, make: () => WorkflowSaver])[] = [
  ["Threadmark's MemorySaver", () => new MemorySaver()],
  ["LangGraph.js's MemorySaver", () => new LangGraphMemorySaver()],
];

export function thread(id: string): { configurable: { thread_id: string } } {
  return { configurable: { thread_id: id } };
}

/** All chunks of a run, and the error that it ended with. */
export async function collect(
  workflow: AnyWorkflow,
  input: unknown,
  config: unknown,
): Promise<{ chunks: unknown[]; error: unknown }> {
  const chunks: unknown[] = [];
  try {
    for await (const chunk of await workflow.stream(input, config)) chunks.push(chunk);
  } catch (error) {
    return { chunks, error };
  }
  return { chunks, error: undefined };
}

export async function questions(
  workflow: AnyWorkflow,
  config: unknown,
): Promise<{ id: string; value: unknown }[]> {
  const { tasks } = await workflow.getState(config);
  // 1.4 shows the list that later releases write as one question.
  return tasks.flatMap(({ interrupts }) => interrupts.flat());
}

export async function historyOf(workflow: AnyWorkflow, config: unknown): Promise<AnyState[]> {
  const states: AnyState[] = [];
  for await (const state of workflow.getStateHistory(config)) states.push(state);
  return states;
}

/**
 * A workflow that lets the clock advance before it stores: checkpoint ids of two runtimes in one
 * millisecond are in no order, as those of two processes are.
 */
export function patient(workflow: AnyWorkflow): AnyWorkflow {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 2));
  return {
    invoke: async (...args) => wait().then(() => workflow.invoke(...args)),
    updateState: async (...args) => wait().then(() => workflow.updateState(...args)),
    stream: async (...args) => wait().then(() => workflow.stream(...args)),
    getState: (...args) => workflow.getState(...args),
    getStateHistory: (...args) => workflow.getStateHistory(...args),
  };
}
