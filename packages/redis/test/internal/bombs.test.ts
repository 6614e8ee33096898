import { refusesBombs } from "@threadmark/storage-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { borrowed } from "../../src/client.ts";
import { RedisStorage } from "../../src/storage.ts";
import { connect, newest, newPrefix, removeKeys } from "../server.ts";

describe("RedisStorage with values that blow up", () => {
  countTests(newest);
  const client = connect(newest);
  const keyPrefix = newPrefix();
  const open = borrowed(client, { firstMs: 0, loadingMs: 0 });
  refusesBombs({
    storage: new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 }),
    clear: () => removeKeys(client, keyPrefix),
    async close() {
      await client.quit();
    },
  });
});
