import { networkInterfaces } from "node:os";
import { countTests, nameOf, servers } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { roundTrip } from "./clients.ts";
import { isListening } from "./listening.ts";

const kinds = [
  "postgres",
  "pgbouncer",
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

    // What a URL in the environment names is not ours.
    it.skipIf(server.found.endsWith("_URL"))("cannot be reached from other computers", async () => {
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(server.url)!;
      expect(await isListening("127.0.0.1", Number(port))).toBe(true);
      for (const address of outsideAddresses()) expect(await isListening(address, Number(port))).toBe(false);
    });
  });
}

/** The addresses of this computer that others could use. */
function outsideAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address);
}
