import { SqliteStorage } from "@threadmark/example-sqlite-saver";
import { agreesWithMemory } from "@threadmark/storage-tests";

const storage = new SqliteStorage(":memory:");

agreesWithMemory(
  {
    storage,
    async clear() {
      for (;;) {
        const all = { thread: undefined, filter: [], after: undefined, limit: 100, pendingChannels: [] };
        const { threads } = await storage.threads(all);
        const expired = await storage.sweep({ thread: undefined, limit: 100 });
        await storage.deleteThreads(threads.map(({ thread }) => thread));
        if (threads.length === 0 && expired === 0) return;
      }
    },
    close: () => storage.close(),
  },
  { sequences: 30 },
);
