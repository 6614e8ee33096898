import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { relink } from "./links.ts";
import { pages, type Page } from "./pages.ts";
import { root, staged } from "./paths.ts";

/** VitePress looks for its configuration and the theme next to the pages. */
const SETTINGS = {
  "config.ts": 'export { config as default } from "../../../src/config.ts";\n',
  "theme/index.ts": 'import "../../../../src/theme.css";\nexport { default } from "vitepress/theme";\n',
};

/** Writes what VitePress builds from, except for the API reference. */
export async function stage(): Promise<void> {
  await rm(staged, { recursive: true, force: true });
  for (const [name, text] of Object.entries(SETTINGS)) await write(join(staged, ".vitepress", name), text);
  const pictures = new Set((await Promise.all(pages.map(stagePage))).flat());
  for (const picture of pictures) {
    const target = join(staged, "public", picture);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(root, picture), target);
  }
}

/** Resolves to the pictures of the page. */
async function stagePage({ file, route, title }: Page): Promise<readonly string[]> {
  const { text, pictures } = relink(file, await readFile(join(root, file), "utf8"));
  // The comments mark what `npm run docs` and `npm run bench` write; Markdown without HTML would show them.
  const visible = text.replaceAll(/^<!-- .* -->\n/gm, "");
  // The title of a README is the name of its package.
  const head = { ...(visible.startsWith("# @") && { title }), source: file };
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  await write(join(staged, `${route}.md`), `---\n${lines.join("\n")}\n---\n\n${visible}`);
  return pictures;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
