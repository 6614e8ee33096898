import { defineConfig, mergeConfig } from "vitest/config";
import { ONE_PROCESS, vitestConfig } from "../../tooling/vitest.ts";

export default mergeConfig(vitestConfig, defineConfig({ test: ONE_PROCESS }));
