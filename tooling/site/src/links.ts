import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { pages } from "./pages.ts";
import { REPOSITORY, root } from "./paths.ts";

const PICTURE = /\.(?:svg|png)$/;
/** Code, which is left alone, or a link, a picture or the definition of a link: what is before its target, and the target. */
const LINKS =
  /^(`{3,})[\s\S]*?^\1`*$|(`+)(?:(?!\2)[\s\S])*?\2|(?<before>\]\(|^\[[^\]\n]+\]: )(?<target>[^()\s]+)/gm;
const IN_REPOSITORY = new RegExp(`^${REPOSITORY}/(?:blob|tree)/main/`);

/** A page's Markdown for the site, and the pictures that it shows, by their path in the repository. */
export interface Linked {
  readonly text: string;
  readonly pictures: readonly string[];
}

/**
 * Turns the links of a Markdown file into links of the site. Whatever has no page there leads into the repository.
 *
 * @param file Its path in the repository.
 * @throws If a link leads to a file that the repository does not have.
 */
export function relink(file: string, markdown: string): Linked {
  const pictures: string[] = [];
  const text = markdown.replaceAll(LINKS, (whole: string, ...rest: unknown[]) => {
    const { before, target } = rest.at(-1) as { before?: string; target?: string };
    if (before === undefined || target === undefined) return whole;
    const path = pathOf(file, target);
    if (path === undefined) return whole;
    const [place = "", hash] = path.split("#");
    if (!existsSync(join(root, place))) throw new Error(`${file} links to ${place}, which does not exist`);
    if (PICTURE.test(place)) pictures.push(place);
    return `${before}${addressOf(place)}${hash === undefined ? "" : `#${hash}`}`;
  });
  return { text, pictures };
}

/** What a link means in the repository; nothing if it leads elsewhere or stays on its page. */
function pathOf(file: string, target: string): string | undefined {
  if (IN_REPOSITORY.test(target)) return target.replace(IN_REPOSITORY, "");
  if (/^(?:[a-z]+:|#)/.test(target)) return undefined;
  return normalize(join(dirname(file), target));
}

function addressOf(path: string): string {
  const clean = path.replace(/\/$/, "");
  const page = pages.find(({ file }) => file === clean || file === `${clean}/README.md`);
  if (page) return `/${page.route}.md`;
  if (PICTURE.test(clean)) return `/${clean}`;
  return `${REPOSITORY}/${statSync(join(root, clean)).isDirectory() ? "tree" : "blob"}/main/${clean}`;
}
