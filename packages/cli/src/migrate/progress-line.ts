import type { MigrationProgress } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { counted } from "../counted.ts";
import { shortened } from "../table.ts";
import type { Terminal } from "../terminal.ts";

const REPORT_EVERY_MILLISECONDS = { terminal: 100, elsewhere: 1000 };
const BAR = 20;

/** A progress bar that is rewritten in place on a terminal, and an occasional line elsewhere. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #total: number;
  #shown = 0;

  /** @param total The number of threads. */
  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
  }

  show(progress: MigrationProgress): void {
    const now = performance.now();
    const { interactive, columns } = this.#terminal;
    const pause = REPORT_EVERY_MILLISECONDS[interactive ? "terminal" : "elsewhere"];
    if (this.#shown !== 0 && now - this.#shown < pause) return;
    this.#shown = now;
    const text = this.#textOf(progress);
    // A line that wraps could not be rewritten.
    const line = shortened(`${this.#bar(progress)} ${text}`, columns - 1);
    this.#terminal.err(interactive ? `\r\u001b[K${line}` : `${text}\n`);
  }

  end(): void {
    if (this.#shown !== 0 && this.#terminal.interactive) this.#terminal.err("\r\u001b[K");
  }

  #textOf({ threads, checkpoints, threadId }: MigrationProgress): string {
    return `${threads} of ${counted(this.#total, "thread")}, ${counted(checkpoints, "checkpoint")}, at ${printable(shortened(JSON.stringify(threadId), 40))}`;
  }

  #bar({ threads }: MigrationProgress): string {
    const full = Math.min(BAR, Math.floor((threads / Math.max(1, this.#total)) * BAR));
    return `${"█".repeat(full)}${"░".repeat(BAR - full)}`;
  }
}
