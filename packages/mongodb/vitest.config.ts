import { ServerTable } from "@threadmark/services/table";
import { defineConfig, mergeConfig } from "vitest/config";
import { vitestConfig } from "../../tooling/vitest.ts";

export default mergeConfig(
  vitestConfig,
  defineConfig({
    test: {
      globalSetup: ["@threadmark/services/setup"],
      provide: { services: ["mongodb", "mongodb-replica-set"] },
      reporters: [new ServerTable()],
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }),
);
