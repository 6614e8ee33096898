import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { comparisons, type Comparison, type Row } from "../src/comparison.ts";
import { comparisonTables, withoutPadding, withTables } from "../src/comparison-table.ts";

type Class = abstract new (...args: never[]) => object;
type Module = Readonly<Record<string, unknown>>;

const require = createRequire(import.meta.url);

const namesIn = (rows: readonly Row[]) => rows.flatMap(({ names }) => names).toSorted();
const load = async (name: string) => (await import(name)) as Module;

/** Methods that an application may call; those of the base class count where they are overridden. */
function publicNames(saver: Class, declared: string): string[] {
  const own = [...Object.getOwnPropertyNames(saver.prototype), ...Object.getOwnPropertyNames(saver)];
  const hidden = new Set(["constructor", "length", "name", "prototype"]);
  return own
    .filter((name) => !hidden.has(name) && !name.startsWith("_") && !isPrivate(name, declared))
    .toSorted();
}

function isPrivate(name: string, declared: string): boolean {
  return new RegExp(`^\\s*(?:private|protected) (?:get )?${name}\\b`, "m").test(declared);
}

/** The text of a package's declarations. */
async function declarationsOf(name: string): Promise<string> {
  const folder = join(
    dirname(require.resolve(`${name.split("/").slice(0, 2).join("/")}/package.json`)),
    "dist",
  );
  const files = ["index.d.ts", "checkpoint.d.ts", "memory.d.ts"];
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8").catch(() => "")));
  return texts.join("\n");
}

/** The members of the interfaces that are options of savers. */
function optionsIn(declared: string): string[] {
  const bodies = declared.matchAll(
    /(?:interface|type) (?:\w*Saver(?:Options|Params)|TTLConfig)\b[^{]*\{([\s\S]*?)\n\}/g,
  );
  const members = [...bodies].flatMap(([, body]) =>
    [...body!.matchAll(/^\s{2}(\w+)\??:/gm)].map(([, name]) => name!),
  );
  return [...new Set(members)].toSorted();
}

describe.each(comparisons)("the comparison with $from", ({ from, to, savers, ...rows }: Comparison) => {
  it("has every export", async () => {
    expect(namesIn(rows.exports)).toEqual(Object.keys(await load(from)).toSorted());
  });

  it("has every method and option of its savers, and ours have those that they are said to have", async () => {
    const [there, declared] = [await load(from), await declarationsOf(from)];
    const inherited = from === "@langchain/langgraph-checkpoint" ? ["get", "getNextVersion", "toJSON"] : [];
    const methods = Object.keys(savers).flatMap((name) => publicNames(there[name] as Class, declared));
    expect(namesIn(rows.methods)).toEqual([...methods, ...inherited].toSorted());
    expect(namesIn(rows.options)).toEqual(Object.keys(savers).length > 0 ? optionsIn(declared) : []);
    const here = to === undefined ? {} : await load(to);
    for (const ours of Object.values(savers)) {
      const saver = here[ours] as Class & Module;
      for (const name of namesIn(rows.methods)) {
        const found = (saver.prototype as Module)[name] ?? saver[name];
        expect(typeof found, `${ours}.${name}`).toBe("function");
      }
    }
  });
});

it("docs/coming-from-langgraph.md has the comparison as it is; `npm run docs` writes it", async () => {
  const document = await readFile(new URL("../../../docs/coming-from-langgraph.md", import.meta.url), "utf8");
  expect(withoutPadding(document)).toBe(withoutPadding(withTables(document, comparisonTables(comparisons))));
});
