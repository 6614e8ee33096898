import { CheckpointError } from "../../errors.ts";
import { type ClassName, isMessageClass } from "./class-table.ts";
import { STRUCTURAL_CLASSES } from "./langgraph-stand-ins.ts";
import { NEEDS } from "../tags.ts";

/** The prototype of a class in the table; throws `UNSUPPORTED_FORMAT` for one that is not available. */
export type Prototypes = (name: ClassName) => object;

type Exports = Readonly<Record<string, unknown>>;

/** Modules are looked up once; one that is missing is looked up again, since it may get installed. */
const loaded: { messages?: Exports; documents?: Exports; langgraph?: Exports } = {};

/** What instances need, if all of it was imported before. */
export function loadedPrototypes(needs: number): Prototypes | undefined {
  if (needs & NEEDS.messages && !loaded.messages) return undefined;
  if (needs & NEEDS.documents && !loaded.documents) return undefined;
  if (needs & NEEDS.langgraph && !loaded.langgraph) return undefined;
  return (name) => prototypeIn(loaded, name);
}

/**
 * Imports what instances need, and only that.
 *
 * @throws CheckpointError `UNSUPPORTED_FORMAT` when LangChain is needed and not installed.
 */
export async function loadPrototypes(needs: number): Promise<Prototypes> {
  if (needs & NEEDS.messages) loaded.messages ??= await importMessages();
  if (needs & NEEDS.documents) loaded.documents ??= await importDocuments();
  if (needs & NEEDS.langgraph) loaded.langgraph ??= await importLangGraph();
  return (name) => prototypeIn(loaded, name);
}

function prototypeIn(modules: typeof loaded, name: ClassName): object {
  const found = (moduleOf(modules, name) ?? {})[name];
  if (typeof found === "function") return found.prototype as object;
  const structural = STRUCTURAL_CLASSES.get(name);
  if (structural !== undefined) return structural.prototype;
  throw new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds a LangChain ${name}, which the installed \`@langchain/core\` does not have; update it`,
  );
}

function moduleOf(modules: typeof loaded, name: ClassName): Exports | undefined {
  if (isMessageClass(name)) return modules.messages;
  return name === "Document" ? modules.documents : modules.langgraph;
}

// The imports are in `try` with their names spelled out, so that bundlers include the modules where they are
// installed and only warn where they are not.

async function importMessages(): Promise<Exports> {
  try {
    return await import("@langchain/core/messages");
  } catch (cause) {
    throw notInstalled("messages", cause);
  }
}

async function importDocuments(): Promise<Exports> {
  try {
    return await import("@langchain/core/documents");
  } catch (cause) {
    throw notInstalled("documents", cause);
  }
}

/** The entry for the web: the same classes, without setting up Node's context tracking. */
async function importLangGraph(): Promise<Exports> {
  try {
    return await import("@langchain/langgraph/web");
  } catch {
    return {};
  }
}

function notInstalled(what: string, cause: unknown): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds LangChain ${what}; install \`@langchain/core\` (version 1) to read it`,
    { cause },
  );
}
