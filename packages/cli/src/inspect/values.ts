import { inspect } from "node:util";
import { difference } from "@threadmark/core/comparison";
import { printable } from "@threadmark/conformance";
import { counted } from "../counted.ts";
import type { Terminal } from "../terminal.ts";

type Values = Readonly<Record<string, unknown>>;

/** The values of a checkpoint: lists of messages as a chat, everything else as Node shows it. */
export function valueLines(values: Values, { style }: Pick<Terminal, "style">): string[] {
  return Object.entries(values).flatMap(([channel, value]) => [
    style("bold", printable(channel)),
    ...(isChat(value) ? value.flatMap((message) => chatLines(message, style)) : shownLines(value)),
  ]);
}

/** What differs from the parent, one line each. */
export function changeLines(values: Values, before: Values): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(values)]);
  return [...names].flatMap((name) => {
    const shown = printable(name);
    if (!Object.hasOwn(before, name)) return [`+ ${shown}`];
    if (!Object.hasOwn(values, name)) return [`- ${shown}`];
    const found = difference(values[name], before[name]);
    const path = found && printable(found.path.slice(1));
    return found ? [`~ ${shown}${path}: ${countText(values[name], before[name])}`] : [];
  });
}

function countText(now: unknown, before: unknown): string {
  if (!Array.isArray(now) || !Array.isArray(before)) return "changed";
  return `${before.length} → ${counted(now.length, "item")}`;
}

function shownLines(value: unknown): string[] {
  const text = inspect(value, { depth: 6, maxArrayLength: 20, maxStringLength: 400, breakLength: 100 });
  return text.split("\n").map((line) => `  ${printable(line)}`);
}

/** Messages of LangChain, or plain ones with a role. */
interface Message {
  readonly role?: unknown;
  readonly type?: unknown;
  readonly content: unknown;
  readonly tool_calls?: unknown;
}

function isChat(value: unknown): value is Message[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMessage);
}

function isMessage(value: unknown): value is Message {
  return (
    typeof value === "object" && value !== null && "content" in value && ("role" in value || "type" in value)
  );
}

function chatLines({ role, type, content, tool_calls: calls }: Message, style: Terminal["style"]): string[] {
  const who = printable(String(role ?? type));
  const text = typeof content === "string" ? content : inspect(content, { depth: 2, breakLength: Infinity });
  const names = Array.isArray(calls) ? calls.map((call: { name?: unknown }) => String(call?.name)) : [];
  const tools = names.length > 0 ? style("dim", ` → ${printable(names.join(", "))}`) : "";
  const [first = "", ...rest] = printable(text, { lines: true }).split("\n");
  const lines = [
    `${style("green", who.padEnd(9))} ${first}`,
    ...rest.map((line) => `${" ".repeat(10)}${line}`),
  ];
  return lines.map((line, i) => `  ${line}${i === lines.length - 1 ? tools : ""}`);
}
