import { setTimeout } from "node:timers/promises";
import { PostgresSaver } from "@threadmark/postgres";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { putTurn, configOf, turnId } from "@threadmark/storage-tests/turns";
import { startWriting } from "@threadmark/storage-tests/writing";
import { describe, expect, it } from "vitest";
import { newest } from "./database.ts";

/** Milliseconds that writers may take for the next few puts, on a machine that is busy with other things. */
const PATIENCE = 240_000;

describe.runIf(hasPrivate("postgres:17"))("faults of the server", () => {
  countTests(newest);

  it.each(["SIGKILL", "SIGINT"] as const)(
    "a server that ends with %s and is started again: the process keeps running, and nothing acknowledged is lost",
    async (signal) => {
      await using server = await startPrivate("postgres:17");
      await using saver = PostgresSaver.fromConnString(server.url, { pool: { max: 4 } });
      await saver.setup();
      // So many that they share statements.
      const writing = startWriting(saver, "restart", 12);
      for (let round = 0; round < 3; round++) {
        const before = writing.acknowledged.size;
        await expect
          .poll(() => writing.acknowledged.size, { timeout: PATIENCE })
          .toBeGreaterThan(before + 20);
        await server.kill(signal);
        await setTimeout(100);
        await server.start();
      }
      const before = writing.acknowledged.size;
      await expect.poll(() => writing.acknowledged.size, { timeout: PATIENCE }).toBeGreaterThan(before + 20);
      await writing.stop();
      await using reader = PostgresSaver.fromConnString(server.url, { blobCacheBytes: 0 });
      await writing.check(reader);
    },
    // More than all that it waits for.
    5 * PATIENCE,
  );

  it("a call to a server that is down rejects with the error of the driver, and the next one to it works", async () => {
    await using server = await startPrivate("postgres:17");
    await using saver = PostgresSaver.fromConnString(server.url);
    await saver.setup();
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await server.kill();
    // The process of a connection may still answer: it does not end in the same moment as that which was killed.
    const call = () => saver.getTuple(configOf("t")).then(String, (error: Error) => error.message);
    await expect
      .poll(call, { timeout: PATIENCE })
      .toMatch(/ECONNREFUSED|ECONNRESET|EPIPE|Connection terminated/);
    await server.start();
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
  });
});
