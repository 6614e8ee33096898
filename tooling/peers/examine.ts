import { verify, type Report } from "@threadmark/conformance";
import type { Peer } from "./savers.ts";

/** Runs the suite on a saver, so that the same saver gives the same messages every time. */
export function examine({ name, open }: Peer): Promise<Report> {
  // Deep enough to overflow the stack wherever it can be.
  return verify({ name, open, run: "thread", sizes: { depth: 200_000 } });
}
