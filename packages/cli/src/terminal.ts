import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes. Results go to `out`; progress and errors go to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Text in a style, if it is written to a terminal that shows colours. */
  readonly style: (style: Style, text: string) => string;
  /** Whether progress may rewrite its line. */
  readonly interactive: boolean;
  /** How many characters fit into a line of `err`, if that is known. */
  readonly columns: number;
}

/** The terminal of this process. `NO_COLOR` turns colours off, and `FORCE_COLOR` turns them on. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const coloured = !env["NO_COLOR"] && (forced || (stdout.isTTY && stderr.isTTY));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    style: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    interactive: stderr.isTTY,
    get columns() {
      // A terminal that does not know its size says 0.
      return stderr.columns || Infinity;
    },
  };
}
