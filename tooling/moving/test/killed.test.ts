import { enough, tell } from "@threadmark/random-tests";
import { servers } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { killRound } from "../src/killing.ts";
import { oldPostgres } from "../src/old-savers.ts";
import { converse, tuplesOf } from "../src/threads.ts";

const ROUNDS = enough(2);
const THREADS = ["a", "b", "c"];

describe.each(servers("postgres"))("adopting on $kind $version", (server) => {
  it(
    "by eight processes at once, each killed at a random point, leaves no thread half there and none twice",
    async () => {
      const old = await oldPostgres(server);
      try {
        const expected = new Map<string, unknown>();
        for (const id of THREADS) {
          await converse(old.saver, id);
          expected.set(id, await tuplesOf(old.saver, id));
        }
        let killed = 0;
        // On a fast machine all of them may have ended before.
        for (let round = 0; round < ROUNDS || killed === 0; round++) {
          const found = await killRound(
            { url: server.url, oldSchema: old.schema },
            old.saver,
            THREADS,
            Math.random,
          );
          killed += found.killed;
          for (const [id, count] of found.here) {
            expect([0, (expected.get(id) as unknown[]).length], `thread ${id} in round ${round}`).toContain(
              count,
            );
          }
          expect(found.tuples).toEqual(expected);
          expect(found.threads).toEqual(THREADS);
        }
        expect(killed).toBeGreaterThan(0);
        tell("adopting processes", { rounds: ROUNDS, "processes killed": killed });
      } finally {
        await old.close();
      }
    },
    enough(300_000),
  );
});
