import { PUSH, START } from "./layout.ts";
import type { Scope } from "./scope.ts";
import type { Tree } from "./tree.ts";

/** Shows a message, or a token of one. */
export function showMessage(
  { run, identity }: Scope,
  message: unknown,
  metadata?: Readonly<Record<string, unknown>>,
): void {
  noteShown(run.tree, message);
  const { threadId, config } = run.tree;
  const about = {
    ...config.metadata,
    ...(threadId === undefined ? {} : { thread_id: threadId }),
    langgraph_node: identity.name,
    langgraph_step: run.identity.step,
    langgraph_triggers: [identity.id === run.body.id ? START : PUSH],
    langgraph_path: identity.path,
    langgraph_checkpoint_ns: identity.namespace,
    checkpoint_ns: identity.namespace,
    ...metadata,
  };
  run.events.show("messages", [message, about]);
}

/** Shows LangChain's messages that a body or a task returned, unless they were already shown or given to it. */
export function showReturned(scope: Scope, value: unknown): void {
  const { tree } = scope.run;
  if (!tree.wants("messages")) return;
  for (const message of messagesIn(isMessage(value) ? [value] : value)) {
    const { id } = message;
    if (id === undefined || !tree.shownMessages.has(id)) showMessage(scope, message);
  }
}

/** Messages that a body or task received, alone or in a list that is its input, are not new. */
export function noteGiven(tree: Tree, input: unknown): void {
  if (!tree.wants("messages")) return;
  for (const message of messagesIn(Array.isArray(input) ? [input] : input)) noteShown(tree, message);
}

/** LangChain names a message after the run of the model that makes it, unless the model names it. */
export function noteModelRun(tree: Tree, runId: string): void {
  tree.shownMessages.add(`run-${runId}`);
}

export function noteShown(tree: Tree, message: unknown): void {
  const id = (message as { id?: unknown } | null | undefined)?.id;
  if (typeof id === "string") tree.shownMessages.add(id);
}

/** Messages that are values of a list or of an object, or are in a list that is such a value. */
function* messagesIn(values: unknown): Generator<Message> {
  if (typeof values !== "object" || values === null) return;
  for (const value of Object.values(values)) {
    if (isMessage(value)) yield value;
    else if (Array.isArray(value)) yield* value.filter(isMessage);
  }
}

interface Message {
  readonly id?: string;
}

function isMessage(value: unknown): value is Message {
  return typeof (value as { _getType?: unknown } | null | undefined)?._getType === "function";
}
