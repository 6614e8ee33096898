import type { OpenStore } from "@threadmark/conformance";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";

export const name = "MemorySaver";

export const open: OpenStore = async (options) => {
  const storage = new MemoryStorage();
  const reopen = async (): Promise<MemorySaver> => new MemorySaver({ ...options, storage });
  return { saver: await reopen(), reopen, close: async () => {} };
};
