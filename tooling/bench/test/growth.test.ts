import { describe, expect, it } from "vitest";
import { growthOfOurs } from "../src/growth.ts";

describe("a growing chat", () => {
  it("is stored in at most 4 times its text over 1,000 turns, full state in every checkpoint", async () => {
    const { bytes, conversation } = await growthOfOurs(1000);
    expect(bytes / conversation).toBeLessThanOrEqual(4);
  });

  it("hands over as many bytes in a late put as in an early one, within a factor of 2", async () => {
    const early = await growthOfOurs(50);
    const late = await growthOfOurs(2000);
    expect(late.lastPut! / early.lastPut!).toBeLessThanOrEqual(2);
  });
});
