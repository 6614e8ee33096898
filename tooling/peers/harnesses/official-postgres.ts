import { randomUUID } from "node:crypto";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type { OpenStore } from "@threadmark/conformance";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env["PEER_URL"]!, max: 8 });

export const options = { share: true };

export const open: OpenStore = async ({ serde, ...others } = {}) => {
  if (Object.keys(others).length > 0) return undefined;
  const schema = `peer_${randomUUID().replaceAll("-", "")}`;
  const reopen = async (): Promise<PostgresSaver> => new PostgresSaver(pool, serde, { schema });
  const saver = await reopen();
  await saver.setup();
  // Its `end` would end the pool that all share.
  saver.end = async () => {};
  return {
    saver,
    reopen,
    async close() {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    },
  };
};
