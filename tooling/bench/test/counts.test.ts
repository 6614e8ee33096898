import { countTests, servers } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { countOf } from "../src/counts/count.ts";
import { exceeding, readCounts } from "../src/counts/counts.ts";
import { databaseOf } from "../src/databases.ts";

const recorded = await readCounts();

const subjects = [
  ...["postgres", "mongodb", "redis"].flatMap((id) => servers(id).map((server) => ({ id, server }))),
  { id: "memory", server: undefined },
];

describe.for(subjects)("our saver in $id", ({ id, server }) => {
  if (server) countTests(server);

  it("takes no more round trips, statements, bytes and allocations than before", async () => {
    const counts = await countOf(databaseOf(id), server?.url ?? "");
    const advice =
      "if that is intended, run `npm run bench -- counts` and commit counts.json with the reason";
    expect(exceeding(counts, recorded[id]!), advice).toEqual([]);
    expect(Object.keys(counts)).toEqual(Object.keys(recorded[id]!));
  });
});

describe("the comparison with what is recorded", () => {
  const limits = { "put: round trips": 1, "put: bytes on the wire": 1000, "get: kB allocated": 100 };

  it("lets equal counts and lower ones pass, and bytes that ids and times explain", () => {
    expect(exceeding(limits, limits)).toEqual([]);
    expect(exceeding({ "put: round trips": 0, "put: bytes on the wire": 1030 }, limits)).toEqual([]);
  });

  it("finds one round trip more, 4 % more bytes, 20 % more allocations, and what was not recorded", () => {
    const counts = {
      "put: round trips": 2,
      "put: bytes on the wire": 1040,
      "get: kB allocated": 120,
      "list: round trips": 1,
    };
    expect(exceeding(counts, limits)).toEqual([
      "put: round trips: 2 instead of 1",
      "put: bytes on the wire: 1040 instead of 1000",
      "get: kB allocated: 120 instead of 100",
      "list: round trips: 1, not recorded",
    ]);
  });
});
