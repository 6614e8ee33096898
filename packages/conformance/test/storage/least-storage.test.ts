import { conformance } from "@threadmark/conformance";
import { storageConformance } from "@threadmark/conformance/storage";
import { CheckpointSaver } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import type { CheckpointStorage } from "@threadmark/core/storage";
import { enough, seed } from "@threadmark/random-tests";
import { afterAll, describe, it } from "vitest";

const OPTIONAL: readonly PropertyKey[] = [
  "setup",
  "close",
  "ancestors",
  "outline",
  "runs",
  "stats",
] satisfies (keyof CheckpointStorage)[];

/** The storage with the required methods of the port alone. */
function leastOf(storage: MemoryStorage): CheckpointStorage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = OPTIONAL.includes(name) ? undefined : Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

storageConformance({
  name: "a storage with the required methods alone",
  runner: { describe, it, afterAll },
  seed,
  sequences: enough(20),
  programs: enough(10),
  open: async () => ({ storage: leastOf(new MemoryStorage()), close: async () => {} }),
});

conformance({
  name: "a saver on the required methods alone",
  runner: { describe, it },
  everything: true,
  seed,
  sequences: enough(10),
  async open(options) {
    const storage = leastOf(new MemoryStorage());
    const reopen = async (): Promise<CheckpointSaver> => new CheckpointSaver(storage, options);
    return { saver: await reopen(), reopen, close: async () => {} };
  },
});
