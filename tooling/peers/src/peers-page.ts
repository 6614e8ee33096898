import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import { markdownCell, verify, type OpenStore, type Report } from "@threadmark/core/conformance";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";

const openOurs: OpenStore = async (options) => {
  const storage = new MemoryStorage();
  const open = () => new MemorySaver({ ...options, storage });
  return { saver: open(), reopen: async () => open(), close: async () => {} };
};

const openOfficial: OpenStore = async (options) =>
  options && Object.keys(options).length > 0
    ? undefined
    : { saver: new OfficialMemorySaver(), close: async () => {} };

/** `docs/peers.md`: the suite on our saver and on LangGraph.js's own. */
export async function peersPage(): Promise<string> {
  // The same run id every time, since messages name threads.
  const ours = await verify({ name: "@threadmark/memory", run: "peers", open: openOurs });
  const official = await verify({ name: "LangGraph.js MemorySaver", run: "peers", open: openOfficial });
  const version = await versionOf("@langchain/langgraph-checkpoint");
  const failures = official.clauses.filter(({ status }) => status === "failed");
  return `# Peers

The conformance suite on the savers that can be run without a server, made by \`npm run docs\`. A clause is a rule of
[the contract](contract.md). *Not applicable* are clauses for methods and options that a saver does not have.

| saver | version | passed | failed | not applicable |
| --- | --- | --- | --- | --- |
${row(ours, "this repository")}
${row(official, `\`@langchain/langgraph-checkpoint\` ${version}`)}

## What LangGraph.js's MemorySaver fails

| clause | what was found |
| --- | --- |
${failures.map(({ id, message }) => `| \`${id}\` | ${markdownCell(finding(message))} |`).join("\n")}
`;
}

function row({ name, passed, failed, notApplicable }: Report, version: string): string {
  return `| ${name} | ${version} | ${passed} | ${failed} | ${notApplicable} |`;
}

/** The first lines of a message, before the rule and the advice. */
function finding(message: string): string {
  const [first = ""] = message.split("\nThe contract:");
  // Engines quote the bytes that they cannot parse.
  const found = first.replaceAll(/\p{C}+/gu, "\u{FFFD}");
  return found.length > 200 ? `${found.slice(0, 200)}…` : found;
}

async function versionOf(name: string): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve(name));
  const folder = entry.slice(0, entry.indexOf(name) + name.length);
  const { version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8")) as { version: string };
  return version;
}
