import { beforeAll, describe, expect, it } from "vitest";
import { growthOfOurs, type Growth } from "../src/growth.ts";

describe("a growing chat", () => {
  let early: Growth;
  let late: Growth;

  beforeAll(async () => {
    early = await growthOfOurs(50);
    late = await growthOfOurs(1000);
  }, 300_000);

  it("is stored in at most 4 times its text over 1,000 turns, full state in every checkpoint", () => {
    expect(late.bytes / late.conversation).toBeLessThanOrEqual(4);
  });

  it("hands over as many bytes in a late put as in an early one, within a factor of 2", () => {
    expect(late.lastPut! / early.lastPut!).toBeLessThanOrEqual(2);
  });
});
