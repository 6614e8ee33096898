import type { Tables } from "../schema.ts";

const texts = new WeakMap<Tables, Map<string, string>>();

/**
 * The text of a frequent statement, built once for each variant. As one and the same string it is also hashed only
 * once, where its name is looked up.
 *
 * @param variant Everything that the text depends on, beside the tables.
 */
export function textOf(tables: Tables, variant: readonly unknown[], build: () => string): string {
  const known = texts.get(tables) ?? new Map<string, string>();
  texts.set(tables, known);
  const key = variant.join();
  const text = known.get(key) ?? build();
  known.set(key, text);
  return text;
}
