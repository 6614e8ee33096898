import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import type { OpenedSaver } from "@threadmark/langgraph-tests";

/** A saver on a storage of its own. Another process is a second saver that has cached nothing. */
export async function openMemorySaver(): Promise<OpenedSaver> {
  const storage = new MemoryStorage();
  const saver = new MemorySaver({ storage });
  const savers = [saver];
  return {
    saver,
    async reopen() {
      const other = new MemorySaver({ storage });
      savers.push(other);
      return other;
    },
    async close() {
      for (const one of savers) await one.close();
    },
  };
}
