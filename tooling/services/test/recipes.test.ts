import { countTests, nameOf, servers } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { roundTrip } from "./clients.ts";

const kinds = [
  "postgres",
  "redis",
  "valkey",
  "redis-cluster",
  "redis-sentinel",
  "mongodb",
  "mongodb-replica-set",
];

for (const server of kinds.flatMap(servers)) {
  describe(nameOf(server), () => {
    countTests(server);

    it("answers its client, and tells its version", async () => {
      expect(await roundTrip(server, "hello")).toBe("hello");
      expect(server.version).toMatch(/^\d+\.\d+/);
    });

    it("listens on this machine only", () => {
      expect(server.url).toMatch(/[/@]127\.0\.0\.1:/);
    });
  });
}
