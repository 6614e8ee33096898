import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PostgresSaver } from "@threadmark/postgres";
import { entrypoint } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { orderOn } from "../programs/recoverable.ts";
import { thread } from "../runtimes.ts";

const config = thread("t");

describe("a run whose process was killed", () => {
  it("is found and continues, without the task that had finished", async () => {
    const folder = await mkdtemp(join(tmpdir(), "threadmark-recovered-"));
    const program = fileURLToPath(new URL("../programs/recoverable.ts", import.meta.url));
    const child = spawn(process.execPath, [program, join(folder, "db")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), ended]);
    child.kill("SIGKILL");
    await ended;
    const saver = PostgresSaver.fromFolder(join(folder, "db"));
    try {
      await saver.setup();
      const log: string[] = [];
      const order = orderOn(saver, log, async () => "second");
      const other = entrypoint({ name: "other", checkpointer: saver }, async () => "not its run");
      const runs = [];
      for await (const run of order.listRuns()) runs.push(run);
      expect(runs).toMatchObject([{ threadId: "t", status: "unfinished" }]);
      expect(await other.recover({ olderThan: 0 })).toEqual({ continued: [], failed: [] });
      expect(await order.recover()).toEqual({ continued: [], failed: [] });
      expect(await order.recover({ olderThan: 0 })).toEqual({ continued: ["t"], failed: [] });
      expect((await order.getState(config)).values).toBe("input, first, second");
      expect(log).toEqual([]);
      expect(await order.recover({ olderThan: 0 })).toEqual({ continued: [], failed: [] });
    } finally {
      await saver.close();
      await rm(folder, { recursive: true });
    }
  });
});
