import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../src/paths.ts";
import { drawAll } from "../src/pictures.ts";

const pictures = await drawAll();

describe("the pictures", () => {
  it.each(pictures)("are what their text says: $name", async ({ file, svg }) => {
    expect(existsSync(file) && (await readFile(file, "utf8")), "run `npm run docs`").toBe(svg);
  });

  it("name files that exist, in the way of a value from put to each database", () => {
    const put = pictures.find(({ name }) => name === "put")!;
    let folder = "";
    const files: string[] = [];
    for (const [, label, file = ""] of put.text
      .replaceAll(String.raw`\n`, " ")
      .matchAll(/label="(packages\/[\w/-]+)[:"]|([\w/.-]+\.ts)/g)) {
      if (label === undefined) files.push(file.startsWith("packages/") ? file : join(folder, file));
      else folder = label;
    }
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("and the text of ARCHITECTURE.md name files that exist", async () => {
    const text = await readFile(join(root, "ARCHITECTURE.md"), "utf8");
    const files = [...text.matchAll(/`((?:packages|tooling|examples|docs)\/[\w/.-]+)`/g)].map(
      ([, file]) => file!,
    );
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
