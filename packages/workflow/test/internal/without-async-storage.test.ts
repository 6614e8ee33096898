import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../programs/without-async-storage.ts", import.meta.url));

describe("a host without AsyncLocalStorage", () => {
  it("runs workflows whose bodies and tasks use their context", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(JSON.parse(stdout)).toEqual({
      paused: true,
      result: { sum: 6, child: [2, "child"], answer: "yes", previous: "first" },
      shown: ["adding 1 2", "adding 3 3"],
      outside: "OUTSIDE_RUN",
    });
  });
});
