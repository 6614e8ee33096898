import { countTests } from "@threadmark/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPrivate, type PrivateServer } from "@threadmark/services/private";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";
import { newest } from "../server.ts";

const here = new URL("../../", import.meta.url);
const examples = await examplesOf(new URL("README.md", here));

describe("the README", () => {
  countTests(newest);
  const before = process.env["REDIS_URL"];
  let server: PrivateServer;

  beforeAll(async () => {
    server = await startPrivate("redis:8");
    process.env["REDIS_URL"] = server.url;
  });

  afterAll(async () => {
    process.env["REDIS_URL"] = before ?? "";
    await server.stop();
  });

  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});
