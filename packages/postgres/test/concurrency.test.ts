import { countTests, nameOf, servers } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import { describe, expect, it } from "vitest";
import { openSaver, useSchema } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const SECONDS = 30;

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "many at once on $title",
  ({ server }) => {
    countTests(server);
    const { schema, pool } = useSchema(server);

    it(
      `prune and deleteThread beside 8 writers for ${SECONDS} s: no reader sees a missing blob`,
      async () => {
        await openSaver(pool, schema);
        const end = Date.now() + SECONDS * 1000;
        const counts = { puts: 0, prunes: 0, reads: 0 };
        // Two writers a thread; values come and go, so that prune removes what the next put has again.
        const write = async (writer: number): Promise<void> => {
          const saver = new PostgresSaver(pool, { schema });
          const thread = `t${writer % 4}`;
          for (let n = writer; Date.now() < end; n += 10) {
            const values = { same: longText("same"), turn: longText(`turn ${n % 30}`), n };
            const { configurable } = await putTurn(saver, { thread, id: turnId(n), values });
            await saver.putWrites(
              { configurable: configurable! },
              [["w", longText(`write ${n % 20}`)]],
              "task",
            );
            counts.puts++;
          }
        };
        const prune = async (): Promise<void> => {
          const saver = new PostgresSaver(pool, { schema });
          while (Date.now() < end) {
            await saver.prune({ keepLatest: 2 });
            if (++counts.prunes % 7 === 0) await saver.deleteThread("t3");
          }
        };
        const read = async (reader: number): Promise<void> => {
          const saver = new PostgresSaver(pool, {
            schema,
            blobCacheBytes: reader === 0 ? 0 : 64 * 1024 * 1024,
          });
          while (Date.now() < end) {
            for (let t = 0; t < 4; t++) {
              for await (const { checkpoint, pendingWrites = [] } of saver.list(configOf(`t${t}`))) {
                checkWhole(checkpoint.channel_values, pendingWrites);
              }
              const newest = await saver.getTuple(configOf(`t${t}`));
              if (newest) checkWhole(newest.checkpoint.channel_values, newest.pendingWrites ?? []);
              counts.reads++;
            }
          }
        };
        const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
        await Promise.all([...writers, prune(), prune(), read(0), read(1)]);
        for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20);
        const orphans = await pool.query(
          [
            ["checkpoints", "thread"],
            ["writes", "thread"],
            ["blobs", "number"],
          ]
            .map(
              ([name, key]) =>
                `SELECT FROM ${schema}.threadmark_${name} WHERE thread NOT IN (SELECT ${key} FROM ${schema}.threadmark_threads)`,
            )
            .join(" UNION ALL "),
        );
        expect(orphans.rows).toEqual([]);
      },
      (SECONDS + 60) * 1000,
    );

    it("of 16 puts on one parent with a fence, one wins and the others get CONFLICT", async () => {
      const savers = Array.from({ length: 16 }, () => new PostgresSaver(pool, { schema, fence: "head" }));
      let parent: string | undefined;
      for (const round of [1, 2, 3]) {
        const outcomes = await Promise.allSettled(
          savers.map((saver, i) => putTurn(saver, { thread: "fence", id: turnId(round * 100 + i), parent })),
        );
        const codes = outcomes.map((one) =>
          one.status === "fulfilled" ? "" : (one.reason as { code: string }).code,
        );
        expect(codes.sort()).toEqual(["", ...Array.from({ length: 15 }, () => "CONFLICT")]);
        parent = (await savers[0]!.get(configOf("fence")))!.id;
      }
    });

    it("a thread that is removed while puts wait for it comes back whole or not at all", async () => {
      const saver = new PostgresSaver(pool, { schema });
      for (let round = 0; round < 30; round++) {
        const values = { text: longText("same"), round };
        await putTurn(saver, { thread: "gone", id: turnId(1), values });
        await Promise.all([
          saver.deleteThread("gone"),
          putTurn(saver, { thread: "gone", id: turnId(2), parent: turnId(1), values }),
          new PostgresSaver(pool, { schema }).deleteThread("gone"),
        ]);
        const tuple = await new PostgresSaver(pool, { schema }).getTuple(configOf("gone"));
        expect(tuple?.checkpoint.channel_values ?? values).toEqual(values);
      }
    });

    it("sweeps from several processes at once remove every expired thread once", async () => {
      const saver = new PostgresSaver(pool, { schema, ttl: { seconds: 0.2 } });
      await Promise.all(
        Array.from({ length: 250 }, (_, i) =>
          putTurn(saver, { thread: `old ${i}`, id: turnId(1), values: { i } }),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const swept = await Promise.all([1, 2, 3, 4].map(() => new PostgresSaver(pool, { schema }).sweep()));
      expect(swept.reduce((sum, n) => sum + n)).toBe(250);
      expect(await saver.getTuple(configOf("old 7"))).toBeUndefined();
    });
  },
);

function checkWhole(values: Record<string, unknown>, writes: readonly (readonly unknown[])[]): void {
  expect(values["same"]).toBe(longText("same"));
  expect(values["turn"]).toBe(longText(`turn ${(values["n"] as number) % 30}`));
  for (const [, , value] of writes) expect(value).toBe(longText(`write ${(values["n"] as number) % 20}`));
}
