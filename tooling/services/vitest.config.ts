import { defineConfig, mergeConfig } from "vitest/config";
import { vitestConfig } from "../vitest.ts";
import { ServerTable } from "./src/table.ts";

export default mergeConfig(
  vitestConfig,
  defineConfig({
    test: {
      globalSetup: ["./src/setup.ts"],
      provide: {
        services: [
          "postgres:17",
          "postgres:15",
          "pgbouncer",
          "redis:8",
          "redis:7",
          "valkey:8",
          "redis-cluster",
          "redis-sentinel",
          "mongodb",
          "mongodb-replica-set",
        ],
        privateServices: [
          "postgres:17",
          "redis:8",
          "redis-cluster",
          "redis-sentinel",
          "mongodb",
          "mongodb-replica-set",
        ],
      },
      reporters: [new ServerTable()],
    },
  }),
);
