import { compareText } from "../codec/text.ts";
import type { ScanPosition, ThreadPosition } from "./port.ts";

/** The order of `scan`: newest first, then by thread and namespace. */
export function comparePositions(a: ScanPosition, b: ScanPosition): number {
  return compareText(b.id, a.id) || compareText(a.thread, b.thread) || compareText(a.namespace, b.namespace);
}

/** The order of `threads`: most recently updated first, then by thread. */
export function compareThreads(a: ThreadPosition, b: ThreadPosition): number {
  return b.updated - a.updated || compareText(a.thread, b.thread);
}
