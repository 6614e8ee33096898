// Compiled by the typecheck task: what users may pass, and where they may pass the saver.
import type { PGlite } from "@electric-sql/pglite";
import type { BaseCheckpointSaver as Reexported } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@threadmark/postgres";
import type pg from "pg";

declare const pool: pg.Pool;
declare const client: pg.Client;
declare const lent: pg.PoolClient;
declare const lite: PGlite;

export const savers: readonly BaseCheckpointSaver[] = [
  new PostgresSaver(pool),
  new PostgresSaver(client, { schema: "agents", ttl: { seconds: 60 } }),
  new PostgresSaver(lent, undefined, { schema: "agents" }),
  new PostgresSaver(lite),
  PostgresSaver.fromConnString("postgres://localhost/agents", { schema: "agents", pool: { max: 5 } }),
];
PostgresSaver.fromFolder("./threads") satisfies Reexported;
