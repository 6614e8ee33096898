import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
import { enough } from "@threadmark/random-tests";
import {
  checkFence,
  checkRemovalBesidePuts,
  checkSweeps,
  checkThread,
  pruneBesideWriters,
  THREADS,
} from "@threadmark/storage-tests/many-at-once";
import { afterAll, describe, expect, it } from "vitest";
import { allServers, connect, keysWith, newPrefix, useKeys, type Client } from "./server.ts";

const SECONDS = enough(3);

describe.each(allServers.map((server) => ({ title: nameOf(server), server })))(
  "many at once on $title",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);
    const clients: Client[] = [];

    /** A saver with a connection of its own. */
    function open(options: RedisSaverOptions = {}): RedisSaver {
      const own = connect(server);
      clients.push(own);
      return new RedisSaver(own, { keyPrefix, ...options });
    }

    afterAll(() => {
      for (const one of clients) one.disconnect();
    });

    it(
      `prune, copyThread and deleteThread while 8 writers run for ${SECONDS} s: no reader sees a missing blob`,
      async () => {
        let copies = 0;
        const copy = async (isOver: () => boolean): Promise<void> => {
          const saver = open();
          while (!isOver()) {
            const to = `copy ${copies}`;
            const refused = await saver.copyThread("t0", to).catch((error: { code: string }) => error.code);
            expect([undefined, "THREAD_NOT_FOUND"]).toContain(refused);
            await checkThread(saver, to);
            await saver.deleteThread(to);
            if (refused === undefined) copies++;
          }
        };
        const readers = [open({ blobCacheBytes: 0 }), open()];
        const also = { run: copy, isEnough: () => copies > 0 };
        await pruneBesideWriters({ open, readers, seconds: SECONDS, also });
        for (const thread of THREADS) await open().deleteThread(thread);
        // Nothing was left behind by anybody, parts of copies that expire by themselves excepted.
        const left = (await keysWith(client, keyPrefix)).filter((key) => !key.includes(":copy:"));
        expect(left).toEqual([]);
      },
      (SECONDS + 300) * 1000,
    );

    it("of 16 puts on one parent with a fence, one wins and the others get CONFLICT", async () => {
      await checkFence(() => open({ fence: "head" }));
    });

    it("a thread that is removed while puts wait for it comes back whole or not at all", async () => {
      await checkRemovalBesidePuts(open);
    });

    it("sweeps from several processes at once remove every expired thread once", async () => {
      const other = { keyPrefix: newPrefix() };
      await checkSweeps(open({ ttl: { seconds: 0.2 }, ...other }), () => open(other));
      expect(await keysWith(client, other.keyPrefix)).toEqual([]);
    });
  },
);
