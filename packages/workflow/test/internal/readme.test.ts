import { describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";

const here = new URL("../../", import.meta.url);
const pages = ["README.md", "../../docs/durable-workflows.md"];

describe.each(pages)("%s", async (page) => {
  const examples = await examplesOf(new URL(page, here));

  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});
