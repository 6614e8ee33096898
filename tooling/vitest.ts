import { defineConfig } from "vitest/config";

/** The configuration of every package's tests. The JSON report is what `.ci/run` counts. */
export const vitestConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: ".reports/vitest.json" },
    allowOnly: false,
    // Only to end a test that hangs: how long one takes depends on what else the machine does.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
