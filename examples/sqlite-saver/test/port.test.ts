import { storageConformance } from "@threadmark/conformance/storage";
import { SqliteStorage } from "@threadmark/example-sqlite-saver";
import { afterAll, describe, it } from "vitest";

storageConformance({
  name: "SqliteStorage",
  runner: { describe, it, afterAll },
  async open() {
    const storage = new SqliteStorage(":memory:");
    return { storage, close: () => storage.close() };
  },
});
