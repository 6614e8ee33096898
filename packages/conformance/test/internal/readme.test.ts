import { describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";

const here = new URL("../../", import.meta.url);
const examples = await examplesOf(new URL("README.md", here));

describe("the README", () => {
  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});
