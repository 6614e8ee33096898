import { countTests } from "@threadmark/services";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { describe, expect, it } from "vitest";
import type { MongoClientLike } from "../../src/driver.ts";
import { checkedOptions } from "../../src/options.ts";
import { MongoDBSaver } from "../../src/saver.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { openSaver, standalone, useDatabase } from "../database.ts";
import { DyingClient, Killed } from "./dying-client.ts";
import { WatchedClient } from "./watched-client.ts";

describe("a copy of a thread that is written to all the time", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  function saverOn(own: MongoClientLike) {
    const options = checkedOptions({ dbName });
    const storage = new MongoDBStorage({ open: async () => own, close: async () => {}, ...options });
    return new MongoDBSaver(storage as never, {});
  }

  it("has what is older than its newest checkpoint, even what was put once more during the copy", async () => {
    const other = await openSaver(client, dbName);
    const put = (saver: { readonly put: unknown }, n: number) =>
      putTurn(saver as typeof other, {
        thread: "t",
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values: { n },
      });
    const victim = new DyingClient(client, 1_000_000);
    const dying = saverOn(victim);
    let newest = 1;
    await put(dying, 1);

    let isRemoving = false;
    const watched = new WatchedClient(client, {
      async before(command, text) {
        // There is no moment without a write.
        if (command === "aggregate" && text.includes('"$merge"') && !isRemoving) await put(dying, ++newest);
      },
      async after(command, text) {
        if (command === "find" && text.includes('{"_id":1}') && !isRemoving) await put(dying, ++newest);
        if (command !== "bulkWrite" || !text.includes('"busy":"$$NOW"')) return;
        isRemoving = true;
        await put(other, newest);
        // Does not know of the removal, and ends when it has stored the checkpoint: two statements.
        victim.steps = 1_000_000 - 2;
        await expect(put(dying, ++newest)).rejects.toThrow(Killed);
      },
    });
    await saverOn(watched).copyThread("t", "copy");

    expect(isRemoving).toBe(true);
    const ids: number[] = [];
    for await (const { checkpoint } of other.list(configOf("copy"))) ids.push(Number(checkpoint.id));
    expect(ids).toEqual(ids.map((_, i) => ids[0]! - i));
    expect(ids.at(-1)).toBe(1);
    expect(ids[0]).toBeGreaterThanOrEqual(newest - 1);
  });
});
