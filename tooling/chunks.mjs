import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { minify } from "rolldown/utils";

/**
 * Which chunk each module goes into, by its path. Modules come in the order in which they are evaluated, and a chunk is a
 * part of that order, so chunks only import from earlier ones. Entries have none: they are files of their own.
 */
export async function chunksOf(entries, size) {
  const modules = await evaluationOrder(entries.map((entry) => resolve(entry)));
  const chunks = new Map();
  let number = 1;
  let filled = 0;
  for (const { path, length } of modules) {
    if (entries.some((entry) => resolve(entry) === path)) continue;
    if (filled > 0 && filled + length > size) {
      number++;
      filled = 0;
    }
    filled += length;
    chunks.set(path, String(number));
  }
  return chunks;
}

/** Every module after those that it imports. */
async function evaluationOrder(entries) {
  const seen = new Set();
  const modules = [];
  const visit = async (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    const code = await readFile(path, "utf8");
    for (const statement of parseAst(code).body) {
      const from = "source" in statement ? statement.source?.value : undefined;
      if (from?.startsWith(".")) await visit(resolve(dirname(path), from));
    }
    const { code: short } = await minify(path, code, { module: true, compress: false });
    modules.push({ path, length: short.length });
  };
  for (const entry of entries) await visit(entry);
  return modules;
}
