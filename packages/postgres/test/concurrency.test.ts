import { PostgresSaver, type PostgresSaverOptions } from "@threadmark/postgres";
import { countTests, nameOf, servers } from "@threadmark/services";
import { enough } from "@threadmark/random-tests";
import {
  checkFence,
  checkRemovalBesidePuts,
  checkSweeps,
  pruneBesideWriters,
} from "@threadmark/storage-tests/many-at-once";
import { beforeAll, describe, expect, it } from "vitest";
import { openSaver, useSchema } from "./database.ts";

const SECONDS = enough(3);

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "many at once on $title",
  ({ server }) => {
    countTests(server);
    const { schema, pool } = useSchema(server);
    const open = (options: PostgresSaverOptions = {}) => new PostgresSaver(pool, { schema, ...options });

    beforeAll(() => openSaver(pool, schema));

    it(
      `prune and deleteThread while 8 writers run for ${SECONDS} s: no reader sees a missing blob`,
      async () => {
        await pruneBesideWriters({ open, readers: [open({ blobCacheBytes: 0 }), open()], seconds: SECONDS });
        expect(await orphans()).toEqual([]);
      },
      (SECONDS + 300) * 1000,
    );

    /** Rows of threads that are not there. */
    async function orphans(): Promise<unknown[]> {
      const keys = { checkpoints: "thread", writes: "thread", blobs: "number" };
      const queries = Object.entries(keys).map(
        ([name, key]) =>
          `SELECT FROM ${schema}.threadmark_${name} WHERE thread NOT IN (SELECT ${key} FROM ${schema}.threadmark_threads)`,
      );
      return (await pool.query(queries.join(" UNION ALL "))).rows;
    }

    it("of 16 puts on one parent with a fence, one wins and the others get CONFLICT", async () => {
      await checkFence(() => open({ fence: "head" }));
    });

    it("a thread that is removed while puts wait for it comes back whole or not at all", async () => {
      await checkRemovalBesidePuts(open);
    });

    it("sweeps from several processes at once remove every expired thread once", async () => {
      await checkSweeps(open({ ttl: { seconds: 0.2 } }), open);
    });
  },
);
