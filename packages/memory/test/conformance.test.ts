import { conformance } from "@threadmark/core/conformance";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import { describe, it } from "vitest";

conformance({
  name: "MemorySaver",
  runner: { describe, it },
  everything: true,
  async open(options) {
    const storage = new MemoryStorage();
    const open = () => new MemorySaver({ ...options, storage });
    return { saver: open(), reopen: async () => open(), close: async () => {} };
  },
});
