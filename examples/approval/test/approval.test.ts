import { randomUUID } from "node:crypto";
import { countTests, servers } from "@threadmark/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram, type Program } from "../../../tooling/program.ts";

const here = new URL("../", import.meta.url);
const command = [process.execPath, "src/server.ts"] as const;

describe.each(servers("redis"))("a person approves, on $kind $version", (server) => {
  countTests(server);
  let asking: Program;
  let deciding: Program;

  beforeAll(async () => {
    const env = { REDIS_URL: server.url, KEY_PREFIX: `approval-${randomUUID()}` };
    [asking, deciding] = await Promise.all([
      startProgram(here, command, env),
      startProgram(here, command, env),
    ]);
  });
  afterAll(() => Promise.all([asking.stop(), deciding.stop()]));

  it("asks nobody about a small refund", async () => {
    const answer = await asking.ask("POST", "/refunds", { order: "small", amount: 20 });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 200,
      body: { result: "paid 20" },
    });
  });

  it("waits in one process, and continues in another after the first was killed", async () => {
    const answer = await asking.ask("POST", "/refunds", { order: "large", amount: 500 });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 202,
      body: { waitsFor: "/approvals/large" },
    });
    await asking.stop("SIGKILL");

    const open = await deciding.ask("GET", "/approvals");
    expect(await open.json()).toEqual({ open: [{ order: "large", amount: 500 }] });
    const approved = await deciding.ask("POST", "/approvals/large", { approved: true, by: "Ann" });
    expect(await approved.json()).toEqual({ result: "paid 500" });
    expect(await (await deciding.ask("GET", "/approvals")).json()).toEqual({ open: [] });
    expect(asking.output()).not.toContain("paid 500");
    expect(deciding.output()).toContain("paid 500 for large");
  });

  it("takes one of two decisions", async () => {
    await deciding.ask("POST", "/refunds", { order: "twice", amount: 700 });
    const both = await Promise.all(
      [true, false].map((approved) => deciding.ask("POST", "/approvals/twice", { approved, by: "Ann" })),
    );
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const late = await deciding.ask("POST", "/approvals/twice", { approved: true, by: "Bob" });
    expect(late.status).toBe(409);
    expect(deciding.output().match(/paid 700/g)?.length ?? 0).toBe(both[0]?.status === 200 ? 1 : 0);
  });
});
