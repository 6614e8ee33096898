import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { nameOf, servers, type Server } from "@threadmark/services";
import { openPGlite, putPGlite } from "@threadmark/services/pglite";
import { PostgresSaver, type PostgresSaverOptions } from "@threadmark/postgres";
import pg from "pg";
import { newName } from "./database.ts";

/** A way to open savers. */
export interface Subject {
  readonly name: string;
  /** For the table at the end of the run. */
  readonly server: Pick<Server, "kind" | "version">;
  readonly open: (options?: PostgresSaverOptions) => Promise<Opened>;
}

/** A fresh schema with a saver on it. */
interface Opened {
  readonly saver: PostgresSaver;
  /** Another saver on the same data, as another process has it. */
  reopen(): Promise<PostgresSaver>;
  close(): Promise<void>;
}

/** Every real server of this run, poolers too. */
export const onServers: readonly Subject[] = [...servers("postgres"), ...servers("pgbouncer")].map(
  (server) => ({
    name: `PostgresSaver on ${nameOf(server)}`,
    server,
    open: (options) => openOnServer(server, options),
  }),
);

/** PGlite. What it cannot do is `capabilities.shared`: another process on the same folder. */
export const onPGlite: Subject = {
  name: "PostgresSaver on PGlite",
  server: { kind: "pglite", version: "" },
  open: openOnPGlite,
};

async function openOnServer(server: Server, options: PostgresSaverOptions = {}): Promise<Opened> {
  const schema = newName();
  const pools: pg.Pool[] = [];
  const open = async (): Promise<PostgresSaver> => {
    const pool = new pg.Pool({ connectionString: server.url, max: 4 });
    pools.push(pool);
    const saver = new PostgresSaver(pool, { ...options, schema });
    await saver.setup();
    return saver;
  };
  return {
    saver: await open(),
    reopen: open,
    async close() {
      await pools[0]!.query(`DROP SCHEMA ${schema} CASCADE`);
      for (const pool of pools) await pool.end();
    },
  };
}

/** All savers share one PGlite, and each has its own schema. */
let lite: Promise<PGlite> | undefined;

async function openOnPGlite(options: PostgresSaverOptions = {}): Promise<Opened> {
  lite ??= openPGlite();
  const client = await lite;
  const schema = newName();
  const open = async (): Promise<PostgresSaver> => {
    const saver = new PostgresSaver(client, { ...options, schema });
    await saver.setup();
    return saver;
  };
  return {
    saver: await open(),
    reopen: open,
    async close() {
      await client.exec(`DROP SCHEMA ${schema} CASCADE`);
    },
  };
}

/** A folder that is removed when it goes out of scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "threadmark-folder-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The same, in which `fromFolder` finds an empty database instead of making one. */
export async function folderWithDatabase(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await putPGlite(folder.path);
  return folder;
}
