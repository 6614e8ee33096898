import { rm } from "node:fs/promises";
import { countTests } from "@threadmark/services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examplesOf, runExample } from "../../../../tooling/readme.ts";
import { newest, newName } from "../database.ts";

const here = new URL("../../", import.meta.url);
const examples = await examplesOf(new URL("README.md", here));

describe("the README", () => {
  countTests(newest);
  const database = newName();
  const before = process.env["POSTGRES_URL"];

  beforeAll(async () => {
    await run(`CREATE DATABASE ${database}`);
    const url = new URL(newest.url);
    url.pathname = `/${database}`;
    process.env["POSTGRES_URL"] = url.href;
  });

  afterAll(async () => {
    process.env["POSTGRES_URL"] = before ?? "";
    await rm("threads", { recursive: true, force: true });
    await run(`DROP DATABASE ${database} WITH (FORCE)`);
  });

  it.each(examples)("prints what it says under $title", async (example) => {
    expect(example.expected.length).toBeGreaterThan(0);
    expect(await runExample(here, example)).toEqual(example.expected);
  });
});

async function run(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: newest.url });
  await client.connect();
  await client.query(text);
  await client.end();
}
