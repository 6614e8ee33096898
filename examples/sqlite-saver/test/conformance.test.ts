import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformance } from "@threadmark/conformance";
import { SqliteSaver } from "@threadmark/example-sqlite-saver";
import { describe, it } from "vitest";

conformance({
  name: "SqliteSaver",
  runner: { describe, it },
  everything: true,
  share: true,
  sizes: { listing: 300 },
  async open(options) {
    const folder = await mkdtemp(join(tmpdir(), "sqlite-saver-"));
    const opened: SqliteSaver[] = [];
    const reopen = async (): Promise<SqliteSaver> => {
      const saver = new SqliteSaver(join(folder, "threads.sqlite"), options);
      opened.push(saver);
      return saver;
    };
    const saver = await reopen();
    await saver.setup();
    return {
      saver,
      reopen,
      async close() {
        for (const one of opened) await one.close();
        await rm(folder, { recursive: true });
      },
    };
  },
});
