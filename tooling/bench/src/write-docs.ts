// Runs all benchmarks and writes docs/benchmarks.md. Takes some minutes; nothing else should run meanwhile.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { promisify } from "node:util";

async function run(script: string): Promise<string> {
  const file = new URL(script, import.meta.url).pathname;
  const child = promisify(execFile)(process.execPath, ["--expose-gc", file]);
  child.child.stderr?.pipe(process.stderr);
  return (await child).stdout.trim();
}

const growth = await run("run-growth.ts");
const serializer = await run("serializer.ts");
const text = `# Benchmarks

Made by \`npm run bench\`, every table in one run, on ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.
Times vary between machines; bytes do not.

## Growth

A chat of two 500-character messages per turn, with the full state in every checkpoint, as LangGraph.js stores it.
*stored / text* compares all bytes handed to the storage, including keys and addresses, with the text of the
conversation. *bytes of a late put* is the mean of the last 20.

${growth}

## Serializer

${serializer}
`;
await writeFile(new URL("../../../docs/benchmarks.md", import.meta.url), text);
