import type { Group } from "./kinds.ts";
import type { Finding } from "./store.ts";

/** `docs/values.md`. */
export function pageOf(groups: readonly Group[], findings: readonly Finding[]): string {
  const byName = new Map(findings.map((finding) => [finding.kind, finding]));
  const tables = groups.map(({ title, kinds }) => {
    const rows = kinds.map((kind) => {
      const { refused } = byName.get(kind)!;
      return [kind.name, kind.becomes, refused ? "refused" : "the same"];
    });
    return `## ${title}\n\n${tableOf(["value", "comes back by default", '`onUnknown: "refuse"`'], rows)}`;
  });
  return `${INTRODUCTION}\n\n${tables.join("\n\n")}\n\n${NOTES}\n`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const INTRODUCTION = `# Values

This page shows what comes back for each kind of value that applications put into a state. \`npm run docs\` writes it by
running each row in a real LangGraph.js graph, and a test checks that it is current.

Whatever can be stored exactly is. Anything else is converted with as little change as possible. Each converted class is
reported once per process, in a warning with the code \`THREADMARK_CONVERTED\` that says what to do: register the class
with \`types\`, or have such values refused. See [the serializer](../packages/core/README.md#the-serializer).`;

const NOTES = `## Details

- An object that occurs twice in a value, or contains itself, comes back as one object, converted or not.
- A function or symbol as the whole value of a channel or write is refused, because nothing would be left.
- Getters are stored as the values that they return. A getter that throws is left out. A Proxy is stored as the object
  that it presents.
- Plain data nested deeper than 1,000 levels is refused. In a converted value, anything nested deeper is left out.
- Properties that are not enumerable are left out, except those of errors.
- A message whose class extends \`BaseMessage\` directly comes back as LangChain's class for its type, or as a
  \`ChatMessage\`.
- A class that you register with \`types\` covers its subclasses, which come back as instances of the registered class.`;
