import { ServerTable } from "@threadmark/services/table";
import { defineConfig, mergeConfig } from "vitest/config";
import { vitestConfig } from "../../tooling/vitest.ts";

export default mergeConfig(
  vitestConfig,
  defineConfig({
    test: {
      globalSetup: ["@threadmark/services/setup"],
      provide: {
        services: ["redis:8", "redis:7", "valkey:8", "redis-cluster", "redis-sentinel"],
        privateServices: ["redis:8", "redis-cluster", "redis-sentinel"],
      },
      // Tests that kill servers mostly wait, for an election or a program; another file runs meanwhile.
      maxWorkers: 2,
      reporters: [new ServerTable()],
    },
  }),
);
