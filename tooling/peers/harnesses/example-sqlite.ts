import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenStore } from "@threadmark/conformance";
import { SqliteSaver } from "@threadmark/example-sqlite-saver";

export const options = { share: true };

export const open: OpenStore = async (given) => {
  const folder = await mkdtemp(join(tmpdir(), "sqlite-saver-"));
  const opened: SqliteSaver[] = [];
  const reopen = async (): Promise<SqliteSaver> => {
    const saver = new SqliteSaver(join(folder, "threads.sqlite"), given);
    opened.push(saver);
    return saver;
  };
  const saver = await reopen();
  await saver.setup();
  return {
    saver,
    reopen,
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await rm(folder, { recursive: true });
    },
  };
};
