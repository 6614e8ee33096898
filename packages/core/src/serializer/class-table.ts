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

const MESSAGES: readonly string[] = CLASS_NAMES.slice(0, CLASS_NAMES.indexOf("Document"));

export function isMessageClass(name: string): boolean {
  return MESSAGES.includes(name);
}

export function tagOf(name: ClassName): number {
  return TAG.firstClass + CLASS_NAMES.indexOf(name);
}

export function classOfTag(tag: number): ClassName | undefined {
  return CLASS_NAMES[tag - TAG.firstClass];
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
