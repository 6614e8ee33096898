import type { Load } from "../load.ts";
import type { Address } from "../stores/address.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "note" | "wrong";
  readonly text: string;
}

/** Looks at a server itself, through its driver. */
export type ServerCheck = (address: Address, load: Load) => Promise<readonly Finding[]>;

export function ok(what: string, text: string): Finding {
  return { what, state: "ok", text };
}

export function note(what: string, text: string): Finding {
  return { what, state: "note", text };
}

export function wrong(what: string, text: string): Finding {
  return { what, state: "wrong", text };
}

/** How far two clocks may be apart before it is worth a word. */
const CLOCK_MILLISECONDS = 5000;

/** Compares the clock of a server with that of this machine. */
export function clockFinding(server: number): Finding {
  const apart = Math.round(Math.abs(server - Date.now()));
  return apart > CLOCK_MILLISECONDS
    ? note(
        "clock",
        `the server's clock is ${Math.round(apart / 1000)} s from this machine's; expiry goes by the server's`,
      )
    : ok("clock", "within 5 s of this machine's");
}
