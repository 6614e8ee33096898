// Runs the examples of a README. What an example prints must be what its comments say.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A code block of a README. */
export interface Example {
  readonly title: string;
  readonly code: string;
  /** The lines that it says it prints. */
  readonly expected: readonly string[];
}

/** The TypeScript examples of a README, each named after the heading above it. */
export async function examplesOf(readme: URL): Promise<Example[]> {
  const text = await readFile(readme, "utf8");
  const examples: Example[] = [];
  let heading = "";
  for (const [, title, code] of text.matchAll(/^#+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (title) heading = title;
    else if (code) examples.push({ title: heading, code, expected: expectedOf(code) });
  }
  return examples;
}

/** Comments after `console.log(…);`, on the same line or the next. */
function expectedOf(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, comment]) => comment!);
}

/** Runs an example in a package, with what is installed there, and returns the lines that it prints. */
export async function runExample(packageFolder: URL, { code }: Example): Promise<string[]> {
  const folder = join(fileURLToPath(packageFolder), ".readme");
  await mkdir(folder, { recursive: true });
  const own = await mkdtemp(join(folder, "example-"));
  try {
    const file = join(own, "example.mts");
    // One line a value, however long: a README breaks lines where it likes.
    const wide = 'import { inspect } from "node:util";\ninspect.defaultOptions.breakLength = Infinity;\n';
    await writeFile(file, wide + code);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    return stdout.split("\n").filter(Boolean);
  } finally {
    await rm(own, { recursive: true });
  }
}
