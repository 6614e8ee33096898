import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { allServers, connect, keysWith, newPrefix, useKeys, type Client } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const SECONDS = 8;

describe.each(allServers.map((server) => ({ title: nameOf(server), server })))(
  "many at once on $title",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);
    const clients: Client[] = [];

    /** A saver with a connection of its own, as another process has it. */
    function open(options: RedisSaverOptions = {}): RedisSaver {
      const own = connect(server);
      clients.push(own);
      return new RedisSaver(own, { keyPrefix, ...options });
    }

    it(
      `prune, copyThread and deleteThread beside 8 writers for ${SECONDS} s: no reader sees a missing blob`,
      async () => {
        const end = Date.now() + SECONDS * 1000;
        const counts = { puts: 0, prunes: 0, reads: 0, copies: 0 };
        // Two writers a thread; values come and go, so that prune removes what the next put has again.
        const write = async (writer: number): Promise<void> => {
          const saver = open();
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
          const saver = open();
          while (Date.now() < end) {
            await saver.prune({ keepLatest: 2, threadIds: ["t0", "t1", "t2", "t3"] });
            if (++counts.prunes % 7 === 0) await saver.deleteThread("t3");
          }
        };
        const read = async (saver: RedisSaver): Promise<void> => {
          while (Date.now() < end) {
            for (let t = 0; t < 4; t++) await checkThread(saver, `t${t}`);
            counts.reads++;
          }
        };
        const copy = async (): Promise<void> => {
          const saver = open();
          while (Date.now() < end) {
            const to = `copy ${counts.copies}`;
            const refused = await saver.copyThread("t0", to).catch((error: { code: string }) => error.code);
            // A source that is written to all the time may not stand still for long enough.
            expect([undefined, "THREAD_NOT_FOUND", "STORAGE_FAILED"]).toContain(refused);
            await checkThread(saver, to);
            await saver.deleteThread(to);
            if (refused === undefined) counts.copies++;
          }
        };
        const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
        const readers = [read(open({ blobCacheBytes: 0 })), read(open())];
        await Promise.all([...writers, prune(), prune(), copy(), ...readers]);
        for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
        expect(counts.puts).toBeGreaterThan(20);
        const saver = open();
        for (let t = 0; t < 4; t++) await saver.deleteThread(`t${t}`);
        // Nothing was left behind by anybody, parts of copies that expire by themselves excepted.
        const left = (await keysWith(client, keyPrefix)).filter((key) => !key.includes(":copy:"));
        expect(left).toEqual([]);
      },
      (SECONDS + 60) * 1000,
    );

    it("of 16 puts on one parent with a fence, one wins and the others get CONFLICT", async () => {
      const savers = Array.from({ length: 16 }, () => open({ fence: "head" }));
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

    it("sweeps from several processes at once remove every expired thread once", async () => {
      const other = { keyPrefix: newPrefix() };
      const saver = open({ ttl: { seconds: 0.2 }, ...other });
      await Promise.all(
        Array.from({ length: 250 }, (_, i) =>
          putTurn(saver, { thread: `old ${i}`, id: turnId(1), values: { i } }),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const swept = await Promise.all([1, 2, 3, 4].map(() => open(other).sweep()));
      expect(swept.reduce((sum, n) => sum + n)).toBe(250);
      expect(await keysWith(client, other.keyPrefix)).toEqual([]);
      for (const one of clients.splice(0)) one.disconnect();
    });
  },
);

async function checkThread(saver: RedisSaver, thread: string): Promise<void> {
  for await (const { checkpoint, pendingWrites = [] } of saver.list(configOf(thread))) {
    checkWhole(checkpoint.channel_values, pendingWrites);
  }
  const newest = await saver.getTuple(configOf(thread));
  if (newest) checkWhole(newest.checkpoint.channel_values, newest.pendingWrites ?? []);
}

function checkWhole(values: Record<string, unknown>, writes: readonly (readonly unknown[])[]): void {
  expect(values["same"]).toBe(longText("same"));
  expect(values["turn"]).toBe(longText(`turn ${(values["n"] as number) % 30}`));
  for (const [, , value] of writes) expect(value).toBe(longText(`write ${(values["n"] as number) % 20}`));
}
