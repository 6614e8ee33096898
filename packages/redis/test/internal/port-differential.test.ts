import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed } from "@threadmark/random-tests";
import { countTests, nameOf } from "@threadmark/services";
import { afterAll, describe, it } from "vitest";
import { borrowed } from "../../src/client.ts";
import { RedisStorage } from "../../src/storage.ts";
import { allServers, connect, newPrefix, removeKeys } from "../server.ts";

/** Sequences look for logic errors, which are the same on every server: one has most of them. */
const onEach = allServers.map((server, index) => ({
  title: nameOf(server),
  server,
  sequences: index === 0 ? 30 : 15,
}));

describe.each(onEach)("RedisStorage on $title", ({ server, sequences }) => {
  countTests(server);
  const client = connect(server);
  const keyPrefix = newPrefix();
  const open = borrowed(client, { firstMs: 0, loadingMs: 0 });
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    skip: ["rollback"],
    seed,
    sequences: enough(sequences),
    open: async () => ({
      storage: new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 }),
      clear: () => removeKeys(client, keyPrefix),
      async close() {
        await client.quit();
      },
    }),
  });
});
