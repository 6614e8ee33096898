import { globSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Removes the declarations in a folder that none of the entries names, directly or through others. */
export async function removeUnreachable(folder, entries) {
  const reached = new Set();
  const visit = async (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = await readFile(path, "utf8");
    for (const [, from = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g))
      await visit(resolve(dirname(path), from.replace(/\.[jt]s$/, ".d.ts")));
  };
  for (const entry of entries) await visit(resolve(entry));
  for (const file of globSync("**/*.d.ts", { cwd: folder })) {
    const path = resolve(join(folder, file));
    if (!reached.has(path)) await rm(path);
  }
}
