import { MemoryStorage } from "@threadmark/memory";
import { describe } from "vitest";
import { refusesBombs } from "../src/index.ts";

describe("the storage in memory", () => {
  refusesBombs({ storage: new MemoryStorage(), clear: async () => {}, close: async () => {} });
});
