import { countTests } from "@threadmark/services";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";
import { standalone } from "../database.ts";

const here = new URL("../../", import.meta.url);
const examples = await examplesOf(new URL("README.md", here));

describe("the README", () => {
  countTests(standalone);
  const before = process.env["MONGODB_URL"];

  beforeAll(() => {
    process.env["MONGODB_URL"] = standalone.url;
  });

  afterAll(async () => {
    process.env["MONGODB_URL"] = before ?? "";
    const client = new MongoClient(standalone.url);
    await client.db("agents").dropDatabase();
    await client.close();
  });

  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});
