import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed } from "@threadmark/random-tests";
import { countTests, nameOf } from "@threadmark/services";
import { afterAll, describe, it } from "vitest";
import { borrowed } from "../../src/client.ts";
import { RedisStorage } from "../../src/storage.ts";
import { allServers, connect, newPrefix, removeKeys } from "../server.ts";

describe.each(allServers.map((server) => ({ title: nameOf(server), server })))(
  "RedisStorage on $title",
  ({ server }) => {
    countTests(server);
    const client = connect(server);
    const keyPrefix = newPrefix();
    const open = borrowed(client, { firstMs: 0, loadingMs: 0 });
    storageConformance({
      name: "the port",
      runner: { describe, it, afterAll },
      skip: ["rollback"],
      seed,
      sequences: enough(60),
      open: async () => ({
        storage: new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 }),
        clear: () => removeKeys(client, keyPrefix),
        async close() {
          await client.quit();
        },
      }),
    });
  },
);
