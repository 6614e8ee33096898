import { wrongArgument } from "../options.ts";
import type { NewSaver, OldSaver } from "./old-saver.ts";

/** Refuses objects from which no thread can be read. */
export function checkOldSaver(saver: OldSaver, field: string): void {
  checkMethods(saver, field, ["getTuple", "list", "deleteThread"]);
}

/** Refuses objects to which no thread can be written. */
export function checkNewSaver(saver: NewSaver, field: string): void {
  checkMethods(saver, field, ["getTuple", "list", "put", "putWrites"]);
}

function checkMethods<T extends object>(
  saver: T,
  field: string,
  methods: readonly (keyof T & string)[],
): void {
  for (const method of methods) {
    if (typeof saver?.[method] === "function") continue;
    throw wrongArgument(field, `must be a saver: it has no ${method}`);
  }
}
