import type { TestedSaver } from "@threadmark/conformance";
import { alterTuples, keyOf, placeOf } from "./alter.ts";
import { note, patch, type Store } from "./mutant.ts";

type Write = [task: string, channel: string, value: unknown];

/** Writes by thread, then by namespace and id. */
class Ghosts {
  readonly alive = new Map<string, Map<string, Write[]>>();
  readonly dead = new Map<string, Map<string, Write[]>>();
}

/**
 * Lets writes come back when their checkpoint is put again after it was removed.
 *
 * @returns Call it when checkpoints are being removed: of a thread all, or those that are named.
 */
export function haunt(
  saver: TestedSaver,
  store: Store,
): (thread: string, keys?: readonly { namespace: string; id: string }[]) => void {
  const { alive, dead } = note(store, "ghosts", () => new Ghosts());
  patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
    const { thread, namespace, id } = placeOf(config);
    const places = alive.get(thread) ?? new Map<string, Write[]>();
    alive.set(thread, places);
    const added = writes.map(([channel, value]): Write => [task, channel, value]);
    places.set(keyOf(namespace, id), [...(places.get(keyOf(namespace, id)) ?? []), ...added]);
    return putWrites(config, writes, task, path);
  });
  alterTuples(saver, (tuple) => {
    const { thread, namespace, id } = placeOf(tuple.config);
    const back = dead.get(thread)?.get(keyOf(namespace, id)) ?? [];
    return { ...tuple, pendingWrites: [...(tuple.pendingWrites ?? []), ...back] };
  });
  return (thread, keys) => {
    const gone = dead.get(thread) ?? new Map<string, Write[]>();
    dead.set(thread, gone);
    const wanted = keys?.map(({ namespace, id }) => keyOf(namespace, id));
    for (const [key, writes] of alive.get(thread) ?? []) {
      if (wanted === undefined || wanted.includes(key)) gone.set(key, writes);
    }
    if (wanted === undefined) alive.delete(thread);
  };
}
