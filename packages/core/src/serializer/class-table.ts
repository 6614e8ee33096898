import { NEEDS, TAG } from "./tags.ts";

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
const MESSAGE_NAMES: ReadonlySet<string> = new Set(CLASS_NAMES.slice(0, MESSAGE_COUNT));

export function isMessageClass(name: string): boolean {
  return MESSAGE_NAMES.has(name);
}

/** The tag of an instance, by whether there are tags in what it holds. */
export function tagOf(name: ClassName, inside: "tags inside" | "no tags inside"): number {
  return TAG.firstClass + 2 * CLASS_NAMES.indexOf(name) + (inside === "tags inside" ? 0 : 1);
}

export function classOfTag(tag: number): ClassName | undefined {
  return CLASS_NAMES[(tag - TAG.firstClass) >> 1];
}

/** Whether what an instance holds is to be taken as it is, unless objects have to be numbered. */
export function hasNoTagsInside(tag: number): boolean {
  return ((tag - TAG.firstClass) & 1) === 1;
}

export function isMessageTag(tag: number): boolean {
  return tag >= TAG.firstClass && tag < TAG.firstClass + 2 * MESSAGE_COUNT;
}

/** What has to be loaded to make an instance, as bits of `NEEDS`. */
export function needsOf(name: ClassName): number {
  if (isMessageClass(name)) return NEEDS.messages;
  if (name === "Document") return NEEDS.documents;
  return name === "DeltaSnapshot" ? 0 : NEEDS.langgraph;
}

/** LangChain's mark on every message. */
export const MESSAGE_BRAND: symbol = Symbol.for("langchain.message");

/** LangGraph's mark on every command; its value is what the constructor was given. */
export const COMMAND_BRAND: symbol = Symbol.for("langgraph.command");

/** `lc_namespace` of LangChain's own messages. */
export const MESSAGE_NAMESPACE: readonly string[] = ["langchain_core", "messages"];
