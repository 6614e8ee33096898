import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
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

const SECONDS = 8;

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
      `prune, copyThread and deleteThread beside 8 writers for ${SECONDS} s: no reader sees a missing blob`,
      async () => {
        const copier = open();
        const copy = async (): Promise<string | undefined> => {
          const refused = await copier.copyThread("t0", "copy").catch((error: { code: string }) => error.code);
          await checkThread(copier, "copy");
          await copier.deleteThread("copy");
          return refused;
        };
        const copyAgainAndAgain = async (isOver: () => boolean): Promise<void> => {
          while (!isOver()) {
            // A source that is written to all the time may not stand still for long enough.
            expect([undefined, "THREAD_NOT_FOUND", "STORAGE_FAILED"]).toContain(await copy());
          }
        };
        const readers = [open({ blobCacheBytes: 0 }), open()];
        await pruneBesideWriters({ open, readers, seconds: SECONDS, also: copyAgainAndAgain });
        expect(await copy()).toBeUndefined();
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
