import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTests, servers, type Server } from "@threadmark/services";
import pg from "pg";
import { describe, expect, it } from "vitest";

const BEFORE = "you: hello, I am Ann\nbot: Your name is Ann.\nyou: please book a flight\n";
const AFTER =
  "bot: Shall I book the flight?\nyou: yes\nbot: It is booked.\nyou: who am I?\nbot: Your name is Ann.\n";

function run(program: "before" | "after", env: NodeJS.ProcessEnv): string {
  const file = fileURLToPath(new URL(`../src/${program}.ts`, import.meta.url));
  return execFileSync(process.execPath, [file], { encoding: "utf8", env: { ...process.env, ...env } });
}

/** A separate database on a server: the programs use the default schema. */
async function withDatabase(server: Server, use: (url: string) => void): Promise<void> {
  const name = `migrate_${Date.now()}`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  try {
    const url = new URL(server.url);
    url.pathname = name;
    use(url.href);
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

describe("a conversation that moves over", () => {
  it("continues in a folder without a server", async () => {
    const folder = await mkdtemp(join(tmpdir(), "threadmark-example-"));
    try {
      const env = { FOLDER: join(folder, "threads"), POSTGRES_URL: "" };
      expect(run("before", env)).toBe(BEFORE);
      expect(run("after", env)).toBe(AFTER);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe.each(servers("postgres"))("on $kind $version", (server) => {
    countTests(server);

    it("continues", async () => {
      await withDatabase(server, (url) => {
        expect(run("before", { POSTGRES_URL: url })).toBe(BEFORE);
        expect(run("after", { POSTGRES_URL: url })).toBe(AFTER);
      });
    });
  });
});
