import { describe, expect, it } from "vitest";
import { isMissing } from "../src/check-links.ts";
import { descriptionOf } from "../src/description.ts";
import { REPOSITORY } from "../src/paths.ts";

describe("the description of a page", () => {
  it("is its first paragraph, without marks", () => {
    const page = [
      "---",
      'title: "x"',
      "---",
      "# A _title_",
      "",
      "```ts",
      "",
      "const a = 1;",
      "```",
      "",
      "A **saver** keeps [threads](sidebar.md) in `Redis`,",
      "as _one_ script:",
      "",
      "More.",
    ].join("\n");
    expect(descriptionOf(page)).toBe("A saver keeps threads in Redis, as one script.");
  });

  it("ends with a sentence, or with a word", () => {
    const sentence = "A saver stores the state of threads after every step.";
    expect(descriptionOf(`${sentence} ${sentence} ${sentence} ${sentence}`)).toBe(`${sentence} ${sentence}`);
    expect(descriptionOf("word ".repeat(50))).toMatch(/^(?:word ){30,32}…$/);
  });

  it("is that of a declaration, not of its place", () => {
    const page = "# Type Alias: A\n\n> **A** = `string`\n\nDefined in: [a.ts](x)\n\nWhere a node is.";
    expect(descriptionOf(page)).toBe("Where a node is.");
    expect(descriptionOf("# Module\n\n| a | b |\n| - | - |\n")).toBeUndefined();
    expect(descriptionOf("# Function: a()\n\n## Returns\n\n`string`\n\n***\n")).toBeUndefined();
  });
});

describe("a link into the repository", () => {
  it("must lead to a file or folder that exists", () => {
    expect(isMissing(`${REPOSITORY}/blob/main/packages/core/src/index.ts#L1`)).toBe(false);
    expect(isMissing(`${REPOSITORY}/tree/main/packages/core`)).toBe(false);
    expect(isMissing(`${REPOSITORY}/blob/main/core/src/index.ts#L1`)).toBe(true);
    expect(isMissing("https://nodejs.org/api")).toBe(false);
  });
});
