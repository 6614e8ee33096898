import type { FilterTerm, IndexEntry } from "./port.ts";

/** Whether metadata meets every condition. */
export function passesFilter(index: readonly IndexEntry[], filter: readonly FilterTerm[]): boolean {
  return filter.every(({ key, token }) => index.find((entry) => entry.key === key)?.token === token);
}
