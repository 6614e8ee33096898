import { defineConfig } from "vitest/config";

/** The configuration of every package's tests. The JSON report is what `.ci/run` counts. */
export const vitestConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: ".reports/vitest.json" },
    allowOnly: false,
  },
});
