import { localModel, type Model } from "./model.ts";
import { Problem } from "./problem.ts";

/**
 * The local model, or the one that `MODEL` names.
 *
 * @param name As LangChain's `initChatModel` takes it: `provider:model`.
 */
export async function chooseModel(name: string | undefined): Promise<Model> {
  if (name === undefined || name === "") return localModel;
  // Loaded only here: it takes longer than the whole conversation with the local model.
  const { initChatModel } = await import("langchain");
  try {
    const model = await initChatModel(name);
    return async (messages) => {
      const { text } = await model.invoke(messages.map(({ role, content }) => [role, content]));
      return { role: "assistant", content: text };
    };
  } catch (cause) {
    throw new Problem(describe(name, cause), { cause });
  }
}

/** What to throw when a conversation failed: some providers look for their key only when they are first called. */
export function explainFailure(name: string | undefined, error: unknown): unknown {
  if (!name || !isAboutKey(reasonOf(error))) return error;
  return new Problem(describe(name, error), { cause: error });
}

function describe(name: string, error: unknown): string {
  const reason = reasonOf(error);
  return `MODEL=${name} cannot be used. ${reason}\n${adviceOn(reason)}`;
}

function adviceOn(reason: string): string {
  const missing = /Unable to import (\S+)\./.exec(reason)?.[1];
  if (missing !== undefined) return `In this repository: npx pnpm add -w ${missing}`;
  if (isAboutKey(reason)) return "Set the key of the provider in the environment.";
  return "Use provider:model, for example anthropic:claude-haiku-4-5, or leave MODEL out.";
}

function isAboutKey(reason: string): boolean {
  return /api.?key|credentials|unauthorized/i.test(reason);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
