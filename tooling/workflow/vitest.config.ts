import { ServerTable } from "@threadmark/services/table";
import { defineConfig, mergeConfig } from "vitest/config";
import { vitestConfig } from "../vitest.ts";

export default mergeConfig(
  vitestConfig,
  defineConfig({
    test: {
      globalSetup: ["@threadmark/services/setup"],
      provide: { services: ["postgres:17", "mongodb", "redis:8"] },
      reporters: [new ServerTable()],
    },
  }),
);
