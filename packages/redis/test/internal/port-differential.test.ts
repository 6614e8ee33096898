import { agreesWithMemory } from "@threadmark/storage-tests";
import { countTests, nameOf } from "@threadmark/services";
import { describe } from "vitest";
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
    agreesWithMemory(
      {
        storage: new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 }),
        clear: () => removeKeys(client, keyPrefix),
        async close() {
          await client.quit();
        },
      },
      { sequences: 60 },
    );
  },
);
