import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { base, built, REPOSITORY, root } from "./paths.ts";

/** A placeholder for the address of the site, which is unknown here, so that links can be resolved. */
const HERE = new URL(base, "http://site.invalid");
/** Hosts of packages in npm's pages and of projects that the prose names. Nothing is loaded from them. */
const LOADING = /<(?:script|link|img|source|iframe)\b[^>]*\b(?:src|href)="(https?:[^"]*)"/g;

const IN_REPOSITORY = new RegExp(`^${REPOSITORY}/(?:blob|tree|edit)/main/([^#]+)`);

/** What a built page has: the anchors on it, where its links lead, and what it loads from other hosts. */
interface BuiltPage {
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
  readonly foreign: readonly string[];
}

/**
 * Links of the built site that lead nowhere, and whatever it loads from other hosts.
 *
 * @returns A line for each; none if all is well.
 */
export async function brokenLinks(): Promise<string[]> {
  const files = new Set(globSync("**/*", { cwd: built }));
  const pages = new Map<string, BuiltPage>();
  for (const file of files) if (file.endsWith(".html")) pages.set(file, await readPage(file));
  if (pages.size === 0) throw new Error(`there is no site in ${built}`);
  return [...pages].flatMap(([file, { links, foreign }]) => [
    ...links.flatMap((link) => problemOf(file, link, files, pages)),
    ...foreign.map((address) => `${file} loads ${address}`),
  ]);
}

async function readPage(file: string): Promise<BuiltPage> {
  const html = await readFile(join(built, file), "utf8");
  return {
    anchors: new Set(matches(html, /\bid="([^"]+)"/g)),
    links: [...new Set(matches(html, /<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g))],
    foreign: matches(html, LOADING),
  };
}

function problemOf(
  file: string,
  link: string,
  files: ReadonlySet<string>,
  pages: ReadonlyMap<string, BuiltPage>,
): string[] {
  const url = new URL(link, new URL(file, HERE));
  if (isMissing(url.href)) return [`${file} links to ${link}: the repository has no such file`];
  if (url.origin !== HERE.origin) return [];
  if (!url.pathname.startsWith(base)) return [`${file} links to ${link}: outside the site`];
  const path = decodeURIComponent(url.pathname.slice(base.length));
  const target = path === "" || path.endsWith("/") ? posix.join(path, "index.html") : path;
  if (!files.has(target)) return [`${file} links to ${link}: no such page`];
  const anchor = decodeURIComponent(url.hash.slice(1));
  if (anchor === "" || pages.get(target)?.anchors.has(anchor)) return [];
  return [`${file} links to ${link}: the page has no such anchor`];
}

/** Whether an address names a file of the repository that does not exist. */
export function isMissing(address: string): boolean {
  const path = IN_REPOSITORY.exec(address)?.[1];
  return path !== undefined && !existsSync(join(root, decodeURIComponent(path)));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found.replaceAll("&amp;", "&"));
}
