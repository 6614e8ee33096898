import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { enough } from "@threadmark/random-tests";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";

const TURNS = 8;

describe("one thread copied to one other by many at once", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it("is complete for each of them, as soon as its own call has ended", async () => {
    const open = () => new MongoDBSaver({ client, dbName });
    const source = open();
    let text = "";
    for (let n = 1; n <= TURNS; n++) {
      text += longText(`turn ${n}`, 3000);
      await putTurn(source, {
        thread: "source",
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values: { text },
      });
    }
    for (let round = 0; round < enough(10); round++) {
      const to = `copy ${round}`;
      const found = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const saver = open();
          await saver.copyThread("source", to).catch((error: { code?: string }) => {
            if (error.code !== "THREAD_EXISTS") throw error;
          });
          const ids: string[] = [];
          for await (const { checkpoint } of saver.list(configOf(to))) ids.push(checkpoint.id);
          return ids.length;
        }),
      );
      expect(found, `round ${round}`).toEqual(found.map(() => TURNS));
    }
  });
});
