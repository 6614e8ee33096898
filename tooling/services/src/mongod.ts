import type { Programs } from "./recipe.ts";

export function mongodPrograms(): Promise<Programs> {
  return Promise.reject(new Error("not yet"));
}
