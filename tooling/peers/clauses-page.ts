import { clauses, groupOf, levelOf, reasonOfAll, type Clause } from "@threadmark/conformance";

/** The words of a page, in lines of at most 118 characters. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > 118) {
      lines.push(`${indent}${line}`);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`];
}

/** `*` and `_` mean something to Markdown where they are not in code. */
function plain(text: string): string {
  return text
    .split("`")
    .map((part, i) => (i % 2 === 0 ? part.replaceAll(/[*_<>[\]]/g, String.raw`\$&`) : part))
    .join("`");
}

function sectionOf({ id, rule, reason, hint, needs }: Clause): string[] {
  return [
    `### ${id}`,
    "",
    `Level \`${levelOf(id)}\`${needs.length > 0 ? `; needs ${needs.map((need) => `\`${need}\``).join(", ")}` : ""}.`,
    "",
    ...wrapped(plain(rule), ""),
    "",
    ...(reason === reasonOfAll(groupOf(id)) ? [] : [...wrapped(`Why: ${plain(reason)}`, ""), ""]),
    ...wrapped(`If it fails: ${plain(hint)}`, ""),
    "",
  ];
}

/** The index of all clauses, by group. */
export function clausesPage(): string {
  const groups = [...new Set(clauses.map(({ id }) => groupOf(id)))];
  return [
    "# Every clause of the conformance suite",
    "",
    "<!-- Written by `pnpm --filter @threadmark/peers generate`. Do not edit. -->",
    "",
    "What each clause requires, at which level, why, and what to do if a saver fails it. [The contract](contract.md) has the",
    "same rules in context, [Test your saver](test-your-saver.md) explains how to run them, and",
    "`npx threadmark conformance explain <clause>` prints a clause with its steps.",
    "",
    ...groups.map((group) => `- [${group}](#${group}): ${countIn(group)}`),
    "",
    ...groups.flatMap((group) => [
      `## ${group}`,
      "",
      ...wrapped(plain(reasonOfAll(group)), ""),
      "",
      ...clauses.filter(({ id }) => groupOf(id) === group).flatMap(sectionOf),
    ]),
  ].join("\n");
}

function countIn(group: string): string {
  const count = clauses.filter(({ id }) => groupOf(id) === group).length;
  return count === 1 ? "1 clause" : `${count} clauses`;
}
