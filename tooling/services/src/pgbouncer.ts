import { debianProgram } from "./debian.ts";
import { startNode } from "./node.ts";
import { ask } from "./postgres.ts";
import type { Recipe, Started } from "./recipe.ts";

/** PgBouncer, pooling transactions, before the newest Postgres of this run. It keeps no prepared statements. */
export const pgbouncer: Recipe = {
  name: "pgbouncer",
  kind: "pgbouncer",
  variable: "PGBOUNCER_URL",
  after: "postgres",
  image: "pgbouncer:1",
  install: () => debianProgram({ name: "pgbouncer", major: 1, suite: "trixie" }),
  async start(open, { args, others }) {
    const database = databaseOf(others);
    const machine = await open(1);
    const port = machine.ports[0]!;
    const folder = String(port);
    const own = new URL(database.url);
    own.host = `127.0.0.1:${port}`;
    const behind = new URL(database.url);
    if (machine.listen !== "127.0.0.1") {
      if (!database.facts["reachable"]) throw new Error("a container does not reach that Postgres");
      behind.host = database.facts["reachable"];
    }
    const login = [behind.username, behind.password].map((word) => `"${decodeURIComponent(word)}"`);
    await machine.write(folder, "users", `${login.join(" ")}\n`);
    await machine.write(folder, "ini", settings(behind, port, machine.listen));
    // It does not run as root either, but reads its files first.
    const user = machine.asRoot ? ["-u", "nobody"] : [];
    const command = { program: "pgbouncer", args: [...user, "ini", ...args] };
    const node = await startNode(machine, port, command, () => ask(own.href, "SELECT 1"));
    return { url: own.href, nodes: [node] };
  },
  async version(url) {
    const console = new URL(url);
    console.pathname = "/pgbouncer";
    const rows = await ask(console.href, "SHOW VERSION").catch(() => []);
    return /\d[\d.]*/.exec(JSON.stringify(rows))?.[0] ?? "";
  },
};

function databaseOf(others: ReadonlyMap<string, Started>): Started {
  const names = [...others.keys()].filter((name) => name.startsWith("postgres:"));
  const newest = others.get(names.sort().at(-1) ?? "");
  if (!newest) throw new Error("there is no Postgres to put it before");
  return newest;
}

function settings({ hostname, port, username }: URL, own: number, listen: string): string {
  return `[databases]
* = host=${hostname} port=${port || 5432}
[pgbouncer]
listen_addr = ${listen}
listen_port = ${own}
unix_socket_dir =
auth_type = trust
auth_file = users
admin_users = ${username}
pool_mode = transaction
max_prepared_statements = 0
default_pool_size = 10
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
`;
}
