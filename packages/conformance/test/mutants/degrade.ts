import type { TestedSaver } from "@threadmark/conformance";
import { alterCheckpoint } from "./alter.ts";
import { patch } from "./mutant.ts";

/** Another value for some, or `KEEP`. */
export type Degrade = (value: unknown) => unknown;
export const KEEP = Symbol("keep");

/** A copy of plain data with some values degraded; the value itself where there are none. */
function degrade(value: unknown, change: Degrade, around: readonly unknown[] = []): unknown {
  const changed = change(value);
  if (changed !== KEEP) return changed;
  if (typeof value !== "object" || value === null || around.includes(value)) return value;
  // Far deeper than any test value but the one that must not be walked.
  if (around.length > 50) return value;
  const inside = [...around, value];
  if (Array.isArray(value)) {
    const items = value.map((item) => degrade(item, change, inside));
    return value.some((item, index) => index in value && item !== items[index]) ? items : value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const getters = Object.values(Object.getOwnPropertyDescriptors(value)).some(({ get }) => get);
  if (getters) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, degrade(item, change, inside)] as const);
  const same = entries.every(([key, item]) => item === Reflect.get(value, key));
  return same ? value : Object.fromEntries(entries);
}

export function degradePut(saver: TestedSaver, change: Degrade): void {
  alterCheckpoint(saver, ({ channel_values: values }) => ({
    channel_values: Object.fromEntries(
      Object.entries(values).map(([channel, value]) => [channel, degrade(value, change)]),
    ),
  }));
}

export function degradeWrites(saver: TestedSaver, change: Degrade): void {
  patch(saver, "putWrites", (putWrites) => (config, writes, ...rest) => {
    const changed = writes.map(([channel, value]): [string, unknown] => [channel, degrade(value, change)]);
    return putWrites(config, changed, ...rest);
  });
}
