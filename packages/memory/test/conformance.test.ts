import { conformance } from "@threadmark/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import { describe, it } from "vitest";

conformance({
  name: "MemorySaver",
  runner: { describe, it },
  everything: true,
  seed,
  sequences: enough(40),
  async open(options) {
    const storage = new MemoryStorage();
    const reopen = async (): Promise<MemorySaver> => new MemorySaver({ ...options, storage });
    return { saver: await reopen(), reopen, close: () => storage.close() };
  },
});
