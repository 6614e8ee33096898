import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { afterAll, describe, it } from "vitest";
import { borrowed } from "../../src/client.ts";
import { RedisStorage } from "../../src/storage.ts";
import { connect, newest, newPrefix, removeKeys } from "../server.ts";

describe("RedisStorage that is rolled back", () => {
  countTests(newest);
  const client = connect(newest);
  const keyPrefix = newPrefix();
  const open = borrowed(client, { firstMs: 0, loadingMs: 0 });
  const programs = enough(10);
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    only: ["rollback"],
    seed,
    programs,
    open: async () => ({
      storage: new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 }),
      clear: () => removeKeys(client, keyPrefix),
      async close() {
        await client.quit();
      },
    }),
  });
  afterAll(() => {
    tell("random programs on a storage that loses its last changes", { programs });
  });
});
