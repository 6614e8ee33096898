import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** What this repository's packages are resolved with, so that a test never runs on an old build. See `exports`. */
const SOURCE = "@threadmark/source";
/** For everything that Node itself resolves: what is not transformed, and the programs that tests start. */
const FROM_SOURCES = `--conditions=${SOURCE}`;

/** The configuration of every package's tests. The JSON report is what `.ci/run` counts. */
export const vitestConfig = defineConfig({
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions], externalConditions: [SOURCE] } },
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: ".reports/vitest.json" },
    allowOnly: false,
    env: { NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} ${FROM_SOURCES}`.trim() },
    execArgv: [FROM_SOURCES],
    // Only to end a test that hangs: how long one takes depends on what else the machine does, and on its rounds.
    testTimeout: 300_000 * Math.max(1, Number(process.env["TEST_TIMES"] ?? 1)),
    hookTimeout: 300_000,
  },
});

/**
 * For packages whose many short test files would take longer to load LangGraph.js and vitest than to run: files share a
 * process. Not for files that measure memory, nor for those that leave connections or servers behind when they fail.
 */
export const ONE_PROCESS = {
  isolate: false,
  setupFiles: [fileURLToPath(new URL("fresh-modules.ts", import.meta.url))],
};
