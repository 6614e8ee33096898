import { servers } from "@threadmark/services";
import { startServers } from "@threadmark/services/start";
import { keepForTable, ServerTable } from "@threadmark/services/table";
import { afterEach, describe, expect, it, vi } from "vitest";

const [shared] = servers("redis");

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.skipIf(!shared)("ways to get a server", () => {
  it("a URL in the environment comes first, and nothing is started", async () => {
    vi.stubEnv("REDIS_URL", shared!.url);
    const run = await startServers(["redis:8"]);
    expect(run.servers).toEqual([
      { kind: "redis", version: shared!.version, url: shared!.url, found: "REDIS_URL", facts: {} },
    ]);
    expect(servers("redis")).toEqual(run.servers);
    await run.stop();
  });

  it("TEST_WAYS leaves out a way that would work", async () => {
    vi.stubEnv("REDIS_URL", shared!.url);
    vi.stubEnv("TEST_WAYS", "docker,program");
    const run = await startServers(["redis:8"]);
    expect(run.servers[0]!.url).not.toBe(shared!.url);
    await run.stop();
  });

  it("a URL that nobody answers at is a reason, and the next way is taken", async () => {
    vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");
    const run = await startServers(["redis:8"]);
    expect(run.servers[0]!.found).not.toBe("REDIS_URL");
    await run.stop();
  });
});

describe("what cannot be had", () => {
  it("is a failure when TEST_REQUIRE names it, or its kind, or all", async () => {
    vi.stubEnv("TEST_WAYS", "environment");
    vi.stubEnv("REDIS_URL", "");
    for (const required of ["redis:8", "mongodb,redis", "all"]) {
      vi.stubEnv("TEST_REQUIRE", required);
      await expect(startServers(["redis:8"])).rejects.toThrow("redis:8: environment: REDIS_URL is not set");
    }
    vi.stubEnv("TEST_REQUIRE", "redis");
    await expect(startServers([], ["redis:8"])).rejects.toThrow("redis:8");
  });

  it("is told in the table at the end of the run", async () => {
    vi.stubEnv("TEST_WAYS", "environment");
    vi.stubEnv("TEST_REQUIRE", "redis:7");
    vi.stubEnv("TEST_ONE_TABLE", "");
    vi.stubEnv("REDIS_URL", "");
    const run = await startServers(["redis:8"], ["mongodb"]);
    keepForTable(run);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await new ServerTable().onTestRunEnd([]);
    const text = log.mock.calls.join("\n");
    expect(text).toContain("NOT TESTED: redis:8 (environment: REDIS_URL is not set)");
    expect(text).toContain("NOT TESTED: private mongodb (");
    await run.stop();
  });

  it("a name that no recipe has is an error, and so is a way that is none", async () => {
    await expect(startServers(["redis:5"])).rejects.toThrow(
      "there is no server redis:5; there are postgres:17,",
    );
    vi.stubEnv("TEST_WAYS", "doker");
    await expect(startServers(["redis:8"])).rejects.toThrow("TEST_WAYS names doker");
  });
});
