/** Cells that are longer do not widen their column: only the rest of their row is shifted. */
const WIDEST = 50;

/** Rows under a head, in columns that are as wide as they need to be. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    all.reduce((widest, row) => Math.max(widest, fitting(row[column])), 0),
  );
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => (row[column] ?? "").padEnd(width))
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}

function fitting(cell = ""): number {
  return cell.length > WIDEST ? 0 : cell.length;
}

/** A text in one line, and not longer than so many characters. */
export function shortened(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
