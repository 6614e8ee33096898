import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { debianProgram } from "./debian.ts";
import { ask, freePort } from "./postgres.ts";
import type { Recipe, Started } from "./recipe.ts";

/** PgBouncer, pooling transactions, before the newest Postgres of this run. It keeps no prepared statements. */
export const pgbouncer: Recipe = {
  name: "pgbouncer",
  kind: "pgbouncer",
  variable: "PGBOUNCER_URL",
  container: inDocker,
  program: onThisMachine,
  async version(url) {
    const console = new URL(url);
    console.pathname = "/pgbouncer";
    const rows = await ask(console.href, "SHOW VERSION").catch(() => []);
    return /\d[\d.]*/.exec(JSON.stringify(rows))?.[0] ?? "";
  },
};

function databaseOf(others: ReadonlyMap<string, Started>): Started {
  for (const [name, server] of others) if (name.startsWith("postgres:")) return server;
  throw new Error("there is no Postgres to put it before");
}

async function inDocker(others: ReadonlyMap<string, Started>): Promise<Started> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const { facts } = databaseOf(others);
  if (!facts?.["alias"]) throw new Error("Postgres is not in Docker");
  const container = await new GenericContainer("pgbouncer:1")
    .withEnvironment({
      DB_HOST: facts["alias"],
      DB_USER: "postgres",
      DB_PASSWORD: facts["password"]!,
      POOL_MODE: "transaction",
      POOL_SIZE: "10",
    })
    .withNetworkMode(facts["network"]!)
    .withExposedPorts(6432)
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  return {
    url: `postgres://postgres:${facts["password"]}@${container.getHost()}:${container.getMappedPort(6432)}/postgres`,
    found: "Docker image pgbouncer:1",
    async stop() {
      await container.stop();
    },
  };
}

async function onThisMachine(others: ReadonlyMap<string, Started>): Promise<Started> {
  const database = new URL(databaseOf(others).url);
  const { path, env, version } = await debianProgram("pgbouncer");
  const folder = await mkdtemp(join(tmpdir(), "threadmark-pgbouncer-"));
  const port = await freePort();
  await writeFile(join(folder, "users"), `"${database.username}" "${database.password}"\n`);
  await writeFile(join(folder, "ini"), settings(database, port, folder));
  await chmod(folder, 0o755);
  // PgBouncer does not run as root either.
  const args = userInfo().uid === 0 ? ["-u", "nobody"] : [];
  const child = spawn(path, [...args, join(folder, "ini")], { env, stdio: "ignore" });
  const url = `postgres://${database.username}:${database.password}@127.0.0.1:${port}${database.pathname}`;
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
    const answered = await ask(url, "SELECT 1").then(
      () => true,
      (error: unknown) => {
        if (attempt === 50) throw error;
        return false;
      },
    );
    if (answered) break;
    await setTimeout(100);
  }
  return {
    url,
    found: `Debian's package, ${version}`,
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function settings(database: URL, port: number, folder: string): string {
  return `[databases]
* = host=${database.hostname} port=${database.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, "users")}
admin_users = ${database.username}
pool_mode = transaction
default_pool_size = 10
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
`;
}
