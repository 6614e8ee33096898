import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../readme.ts";

const here = new URL("../", import.meta.url);
/** The example that is run twice. */
const REMEMBERING = "A graph that remembers";

describe.each(["start", "sidebar", "retention"])("docs/%s.md", async (name) => {
  const examples = (await examplesOf(pageOf(name))).filter(({ title }) => title !== REMEMBERING);

  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});

describe("docs/start.md", () => {
  it("remembers in a second process", async () => {
    const examples = await examplesOf(pageOf("start"));
    const found = examples.find(({ title }) => title === REMEMBERING)!;
    await using folder = await mkdtempDisposable(join(tmpdir(), "threadmark-docs-"));
    const example = { ...found, code: found.code.replaceAll("./threads", join(folder.path, "threads")) };
    expect(await runExample(here, example)).toEqual(example.expected);
    expect(await runExample(here, example)).toEqual(["That was message 3."]);
  });
});

function pageOf(name: string): URL {
  return new URL(`../../../docs/${name}.md`, import.meta.url);
}
