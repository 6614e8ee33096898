import type { ConvertedInfo } from "./on-unknown.ts";

interface Console {
  warn(text: string): void;
}

interface Host {
  readonly process?: { emitWarning?(text: string, options: { type: string; code: string }): void };
  readonly console?: Console;
}

const CODE = "THREADMARK_CONVERTED";

/** Remembers what has been reported, within a limit: a program may create classes without end. */
export class Reported {
  readonly #seen = new Set<string>();
  static readonly #MOST = 1000;

  /** Whether this has not been reported before; marks it as reported. */
  isNew(key: string): boolean {
    if (this.#seen.has(key) || this.#seen.size === Reported.#MOST) return false;
    this.#seen.add(key);
    return true;
  }
}

const REGISTRY = Symbol.for("threadmark.reported");

/** What this process has warned of, whichever copy of this package did it. */
export function reportedInProcess(): Reported {
  const holder = globalThis as unknown as Record<symbol, Reported | undefined>;
  return (holder[REGISTRY] ??= new Reported());
}

/** Warns as the host does: `process.emitWarning`, or on the console. */
export function warn({ message }: ConvertedInfo): void {
  const { process, console } = globalThis as unknown as Host;
  if (typeof process?.emitWarning === "function") {
    process.emitWarning(message, { type: "ThreadmarkWarning", code: CODE });
  } else {
    console?.warn(`[${CODE}] ${message}`);
  }
}
