import { ServerTable } from "@threadmark/services/table";
import { defineConfig, mergeConfig } from "vitest/config";
import { vitestConfig } from "../../tooling/vitest.ts";

export default mergeConfig(
  vitestConfig,
  defineConfig({
    test: {
      globalSetup: ["@threadmark/services/setup"],
      provide: { services: ["redis:8"] },
      reporters: [new ServerTable()],
    },
  }),
);
