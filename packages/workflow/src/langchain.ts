import { noteModelRun, noteShown } from "./message-stream.ts";
import type { Tree } from "./tree.ts";

/**
 * LangChain's models show their tokens through callbacks. Nothing of LangChain is imported: an object
 * with the right methods is a handler, and LangChain keeps its configuration under a global symbol.
 */

interface TokenFields {
  readonly chunk?: { readonly message?: unknown };
}

interface ModelOutput {
  readonly generations?: readonly (readonly { readonly message?: unknown }[])[];
}

interface CallbackManager {
  copy(): CallbackManager;
  addHandler(handler: object, inherit: boolean): void;
}

/** Callbacks that also pass every token of a model to `show`. */
export function withTokens(callbacks: unknown, tree: Tree, show: (chunk: unknown) => void): unknown {
  const handler = tokenHandler(tree, show);
  if (callbacks === undefined) return [handler];
  if (Array.isArray(callbacks)) return [...(callbacks as unknown[]), handler];
  const manager = (callbacks as CallbackManager).copy();
  manager.addHandler(handler, true);
  return manager;
}

function tokenHandler(tree: Tree, show: (chunk: unknown) => void): object {
  const streamed = new Set<string>();
  return {
    name: "threadmark_tokens",
    // So a model streams even if it is only invoked.
    lc_prefer_streaming: true,
    // Otherwise the last tokens would come after the task has ended.
    awaitHandlers: true,
    handleLLMNewToken(token: string, _index: unknown, runId: string, ...rest: unknown[]): void {
      streamed.add(runId);
      const fields = rest[2] as TokenFields | undefined;
      show(fields?.chunk?.message ?? { content: token });
    },
    handleLLMEnd(output: ModelOutput, runId: string): void {
      const message = output.generations?.[0]?.[0]?.message;
      if (!streamed.delete(runId) && message !== undefined) show(message);
      noteShown(tree, message);
      noteModelRun(tree, runId);
    },
  };
}

interface Storage {
  run<T>(store: unknown, code: () => T): T;
}

const STORAGE = Symbol.for("ls:tracing_async_local_storage");
const CONFIG = Symbol.for("lc:child_config");

/** Runs code so that LangChain's models in it find a config without being given one. */
export function withLangChain<T>(config: object, code: () => T): T {
  const storage = (globalThis as { [STORAGE]?: Storage })[STORAGE];
  return storage ? storage.run({ extra: { [CONFIG]: config } }, code) : code();
}
