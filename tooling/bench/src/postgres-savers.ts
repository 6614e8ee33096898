import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresSaver } from "@threadmark/postgres";
import type pg from "pg";

/** What is measured: any saver with a set-up. */
export type Saver = BaseCheckpointSaver & { setup(): Promise<void> };

/** A saver in the comparison. */
export interface Contestant {
  readonly name: string;
  readonly schema: string;
  readonly open: (pool: pg.Pool, schema: string) => Promise<Saver>;
}

/** Ours first. */
export const CONTESTANTS: readonly Contestant[] = [
  {
    name: "@threadmark/postgres",
    schema: "ours",
    open: async (pool, schema) => new PostgresSaver(pool, { schema }),
  },
  {
    name: "@langchain/langgraph-checkpoint-postgres",
    schema: "official",
    open: async (pool, schema) => new OfficialSaver(pool, undefined, { schema }),
  },
];
