import type { Programs } from "./recipe.ts";

export function debianPrograms(_suite: string, _packages: readonly string[]): Promise<Programs> {
  return Promise.reject(new Error("not yet"));
}
