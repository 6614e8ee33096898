/** Compares values strictly, and shows them in messages. */
export { difference } from "./comparison/difference.ts";
export type { Difference, DifferenceOptions } from "./comparison/difference.ts";
export { className, show } from "./comparison/show.ts";
