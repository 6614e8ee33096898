import { defineConfig } from "vitest/config";
import { ONE_PROCESS, vitestConfig } from "../../tooling/vitest.ts";

const measuringMemory = ["test/internal/memory-cost.test.ts", "test/internal/tree-reader.test.ts"];
const { include = [], ...test } = vitestConfig.test ?? {};

export default defineConfig({
  ...vitestConfig,
  test: {
    ...test,
    projects: [
      { extends: true, test: { name: "core", include, exclude: measuringMemory, ...ONE_PROCESS } },
      { extends: true, test: { name: "memory", include: measuringMemory } },
    ],
  },
});
