import { describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";

const here = new URL("../../", import.meta.url);
// The root README is for users of a saver, so its examples run here.
const readmes = [new URL("README.md", here), new URL("../../README.md", here)];
const examples = (await Promise.all(readmes.map(examplesOf))).flat();

describe("the README of the package and that of the repository", () => {
  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});
