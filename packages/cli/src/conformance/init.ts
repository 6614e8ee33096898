import { existsSync, writeFileSync } from "node:fs";
import { CommandError } from "../exit-codes.ts";

/** The kinds of stores that a harness can be written for. */
export const databases = ["memory", "postgres", "redis", "mongodb", "sqlite"] as const;

export type Database = (typeof databases)[number];

/**
 * Writes a harness to start from.
 *
 * @throws CommandError when the file exists.
 */
export function writeHarness(file: string, database: Database): void {
  if (existsSync(file)) throw new CommandError(`${file} already exists; name another file`);
  writeFileSync(file, harnessText(database));
}

function harnessText(database: Database): string {
  const { imports, open } = texts[database];
  return `// Opens your saver for the conformance suite: npx threadmark conformance ./<this file>
import { randomUUID } from "node:crypto";
import type { OpenStore } from "@threadmark/conformance";
${imports}

export const name = "MySaver";

/** Opens a fresh, empty store. Return undefined for options that your saver does not have. */
export const open: OpenStore = async (options = {}) => {
  if (Object.keys(options).length > 0) return undefined;
${open}
};

/** One store for all clauses that can share one: quicker where opening is slow. */
export const options = { share: true };
`;
}

interface Text {
  readonly imports: string;
  readonly open: string;
}

const texts: Readonly<Record<Database, Text>> = {
  memory: {
    imports: 'import { MySaver } from "./my-saver.ts";',
    open: `  const saver = new MySaver();
  return { saver, close: async () => {} };`,
  },
  postgres: {
    imports: 'import { Pool } from "pg";\nimport { MySaver } from "./my-saver.ts";',
    open: `  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  const schema = \`test_\${randomUUID().replaceAll("-", "")}\`;
  const reopen = async () => new MySaver(pool, { schema });
  const saver = await reopen();
  await saver.setup();
  return {
    saver,
    reopen,
    async close() {
      await pool.query(\`DROP SCHEMA IF EXISTS \${schema} CASCADE\`);
      await pool.end();
    },
  };`,
  },
  redis: {
    imports: 'import { Redis } from "ioredis";\nimport { MySaver } from "./my-saver.ts";',
    open: `  const client = new Redis(process.env.REDIS_URL ?? "redis://localhost:6379");
  const prefix = \`test:\${randomUUID()}:\`;
  const reopen = async () => new MySaver(client, { prefix });
  return { saver: await reopen(), reopen, close: async () => client.disconnect() };`,
  },
  mongodb: {
    imports: 'import { MongoClient } from "mongodb";\nimport { MySaver } from "./my-saver.ts";',
    open: `  const client = new MongoClient(process.env.MONGODB_URL ?? "mongodb://localhost:27017");
  const dbName = \`test_\${randomUUID().replaceAll("-", "")}\`;
  const reopen = async () => new MySaver({ client, dbName });
  return {
    saver: await reopen(),
    reopen,
    async close() {
      await client.db(dbName).dropDatabase();
      await client.close();
    },
  };`,
  },
  sqlite: {
    imports:
      'import { rm } from "node:fs/promises";\nimport { tmpdir } from "node:os";\nimport { join } from "node:path";\nimport { MySaver } from "./my-saver.ts";',
    open: `  const file = join(tmpdir(), \`\${randomUUID()}.sqlite\`);
  const reopen = async () => new MySaver(file);
  return { saver: await reopen(), reopen, close: () => rm(file, { force: true }) };`,
  },
};
