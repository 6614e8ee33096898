/** Search engines cut longer ones. */
const LONGEST = 160;
const FENCED = /^(`{3,})[\s\S]*?^\1`*$/gm;
/** Headings, tables, quotes, pictures, comments, lists, and where a declaration is. */
const NO_PROSE = /^(?:#|\||>|!\[|<|[-*] |\*{3}$|\d+\. |Defined in|`[^`]+`$)/;

/** The first paragraph of a page as plain text, for search engines. */
export function descriptionOf(markdown: string): string | undefined {
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, "").replaceAll(FENCED, "");
  const blocks = body.split(/\n{2,}/).map((block) => block.trim());
  const paragraph = blocks.find((block) => block !== "" && !NO_PROSE.test(block));
  return paragraph === undefined ? undefined : shortened(plain(paragraph));
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replaceAll(/\*\*|`/g, "")
    .replaceAll(/\b_([^_]+)_\b/g, "$1")
    .replaceAll(/\s+/g, " ")
    .replace(/:$/, ".");
}

function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  const cut = text.slice(0, LONGEST);
  const sentences = /^.*\.(?= )/.exec(cut)?.[0];
  return sentences ?? `${cut.slice(0, cut.lastIndexOf(" "))} …`;
}
