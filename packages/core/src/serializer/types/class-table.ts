import { NEEDS, TAG } from "../tags.ts";

/**
 * The classes of other packages whose instances are stored: no bytes can name any other. The place in
 * this list is stored: only append.
 */
const CLASS_NAMES = [
  "HumanMessage",
  "AIMessage",
  "SystemMessage",
  "ToolMessage",
  "FunctionMessage",
  "ChatMessage",
  "RemoveMessage",
  "HumanMessageChunk",
  "AIMessageChunk",
  "SystemMessageChunk",
  "ToolMessageChunk",
  "FunctionMessageChunk",
  "ChatMessageChunk",
  "Document",
  "Send",
  "Command",
  "Overwrite",
  "DeltaSnapshot",
] as const;

export type ClassName = (typeof CLASS_NAMES)[number];

const MESSAGE_COUNT = CLASS_NAMES.indexOf("Document");
const CLASSES_END = TAG.firstClass + 2 * CLASS_NAMES.length;
const MESSAGE_NAMES: ReadonlySet<string> = new Set(CLASS_NAMES.slice(0, MESSAGE_COUNT));

export function isMessageClass(name: string): boolean {
  return MESSAGE_NAMES.has(name);
}

/** How instances of a class are written. */
export interface ClassTraits {
  readonly isMessage: boolean;
  /** The tag of an instance that holds tags. */
  readonly tag: number;
  /** The tag of one that holds none. */
  readonly plainTag: number;
  /** What has to be loaded to make an instance, as bits of `NEEDS`. */
  readonly needs: number;
}

export function traitsOf(name: ClassName): ClassTraits {
  return TRAITS.get(name)!;
}

export function classOfTag(tag: number): ClassName | undefined {
  return tag < TAG.firstClass ? undefined : CLASS_NAMES[(tag - TAG.firstClass) >> 1];
}

/** Whether the contents of an instance are taken as they are, unless objects have to be numbered. */
export function hasNoTagsInside(tag: number): boolean {
  return tag >= TAG.firstClass && tag < CLASSES_END && ((tag - TAG.firstClass) & 1) === 1;
}

export function isMessageTag(tag: number): boolean {
  return tag >= TAG.firstClass && tag < TAG.firstClass + 2 * MESSAGE_COUNT;
}

/** LangChain's mark on every message. */
export const MESSAGE_BRAND: symbol = Symbol.for("langchain.message");

/** LangGraph's mark on every command; its value is what the constructor was given. */
export const COMMAND_BRAND: symbol = Symbol.for("langgraph.command");

/**
 * Marks of classes that travel with a spread, as in `{ ...message }`. Stored numbers: only append. Others of
 * LangChain's are on errors, which are not spread.
 */
export const BRANDS: readonly symbol[] = [MESSAGE_BRAND, COMMAND_BRAND];

/** `lc_namespace` of LangChain's own messages. */
export const MESSAGE_NAMESPACE: readonly string[] = ["langchain_core", "messages"];

const TRAITS: ReadonlyMap<ClassName, ClassTraits> = new Map(
  CLASS_NAMES.map((name, index) => {
    const isMessage = isMessageClass(name);
    const tag = TAG.firstClass + 2 * index;
    return [name, { isMessage, tag, plainTag: tag + 1, needs: needsOf(name) }];
  }),
);

function needsOf(name: ClassName): number {
  if (isMessageClass(name)) return NEEDS.messages;
  if (name === "Document") return NEEDS.documents;
  return name === "DeltaSnapshot" ? 0 : NEEDS.langgraph;
}
