import { counted } from "../counted.ts";
import type { Load } from "../load.ts";
import type { Address } from "../stores/address.ts";
import type { PlaceFlags } from "../stores/open-store.ts";

/** One thing that was checked. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "note" | "wrong";
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Checks a server through its driver. Nothing is changed. */
export type ServerCheck = (address: Address, place: PlaceFlags, load: Load) => Promise<readonly Finding[]>;

export function ok(what: string, text: string): Finding {
  return { what, state: "ok", text };
}

export function note(what: string, text: string, advice: string): Finding {
  return { what, state: "note", text, advice };
}

export function wrong(what: string, text: string, advice: string): Finding {
  return { what, state: "wrong", text, advice };
}

/** How far two clocks may be apart before it is worth mentioning. */
const CLOCK_MILLISECONDS = 5000;

/** Compares the clock of a server with that of this machine. */
export function clockFinding(server: number): Finding {
  const apart = Math.round(Math.abs(server - Date.now()));
  return apart > CLOCK_MILLISECONDS
    ? note(
        "clock",
        `the server's clock is ${Math.round(apart / 1000)} s from this machine's`,
        "synchronise both with NTP; threads expire by the server's clock, and LangGraph.js makes ids by this machine's",
      )
    : ok("clock", "within 5 s of this machine's");
}

/** How long after its expiry a thread should be gone. */
export const SWEEP_MILLISECONDS = 3_600_000;

/** Whether anyone removes what has expired. */
export function sweepFinding(left: number): Finding {
  return left > 0
    ? note(
        "sweeping",
        `${counted(left, "thread")} expired more than an hour ago and still ${left === 1 ? "takes" : "take"} space`,
        "call saver.sweep() from time to time, or run threadmark sweep from cron",
      )
    : ok("sweeping", "no thread expired more than an hour ago");
}

/** The state of a store that was never set up. It cannot be tried out. */
export function notSetUp(what: string): Finding {
  return wrong("schema", `${what} is not set up`, "call saver.setup() once, when you deploy");
}
