import type { ReportEntry } from "@threadmark/conformance";
import type { Terminal } from "../terminal.ts";

const MARKS = {
  passed: ["green", "."],
  failed: ["red", "F"],
  "known failure": ["yellow", "k"],
  "not applicable": ["dim", "-"],
  "not run": ["red", "!"],
} as const;

const WIDTH = 16;

/** A line for every group, with a mark for every clause that has ended. */
export class Progress {
  readonly #terminal: Terminal;
  #group: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  add({ id, status }: ReportEntry): void {
    const group = id.slice(0, id.indexOf("/"));
    if (group !== this.#group) {
      if (this.#group !== undefined) this.#terminal.err("\n");
      this.#terminal.err(group.padEnd(WIDTH));
      this.#group = group;
    }
    const [style, mark] = MARKS[status];
    this.#terminal.err(this.#terminal.style(style, mark));
  }

  end(): void {
    if (this.#group !== undefined) this.#terminal.err("\n\n");
  }
}
